# Whoever finds it has it for good.
# expect: credential_never_expires
resource "qdrant-cloud_accounts_database_api_key_v2" "agent" {
  cluster_id = "c1"
  name       = "agent"
}
