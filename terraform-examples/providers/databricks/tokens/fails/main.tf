# Whoever finds it has it for good.
# expect: credential_never_expires
resource "databricks_obo_token" "agent" {
  application_id = "a1"
}
