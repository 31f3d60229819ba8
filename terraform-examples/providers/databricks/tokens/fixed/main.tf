# It ends by itself.
resource "databricks_obo_token" "agent" {
  application_id   = "a1"
  lifetime_seconds = 3600
}
