resource "scaleway_secret" "database" {
  name      = "database"
  protected = true
}

resource "scaleway_iam_api_key" "agent" {
  application_id = "a1"
  expires_at     = "2026-09-30T00:00:00Z"
}
