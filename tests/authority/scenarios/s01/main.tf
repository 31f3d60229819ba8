# S01: an agent works on staging with the token that production lives by.
# expect: agent_can_destroy_data, agent_crosses_environments, token_without_scopes
provider "railway" {
  token = var.railway_token
}

variable "railway_token" {
  type      = string
  sensitive = true
}

# expect: state_shared_across_environments
terraform {
  cloud {
    organization = "pocket"

    workspaces {
      name = "prod"
    }
  }
}

resource "railway_project" "prod" {
  name = "prod"
}

resource "railway_environment" "staging" {
  name       = "staging"
  project_id = railway_project.prod.id
}

# expect: backup_dies_with_store, backup_in_same_domain, store_unprotectable, prevent_destroy_missing
resource "railway_service" "postgres" {
  name         = "postgres"
  project_id   = railway_project.prod.id
  source_image = "postgres:16"
  volume       = { name = "pgdata", mount_path = "/var/lib/postgresql/data" }
}
