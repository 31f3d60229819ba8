# A workspace token lies in a secret that every workflow of the repository reads.
resource "railway_project" "prod" {
  name = "pocket-prod"
}

# expect: backup_dies_with_store, backup_in_same_domain, store_unprotectable, prevent_destroy_missing
resource "railway_service" "postgres" {
  name         = "postgres"
  project_id   = railway_project.prod.id
  source_image = "postgres:16"
  volume = {
    name       = "pgdata"
    mount_path = "/var/lib/postgresql/data"
  }
}

# Railway cannot limit it to some operations: whoever has it calls volumeDelete.
# expect: agent_can_destroy_data, token_without_scopes
resource "github_actions_secret" "agent" {
  repository  = "app"
  secret_name = "RAILWAY_API_TOKEN"
  value       = var.railway_workspace_token
}

variable "railway_workspace_token" {
  type      = string
  sensitive = true
}
