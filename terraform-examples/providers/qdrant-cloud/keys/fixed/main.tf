# It ends by itself.
resource "qdrant-cloud_accounts_database_api_key_v2" "agent" {
  cluster_id = "c1"
  name       = "agent"
  expires_at = "2026-09-30T00:00:00Z"
}
