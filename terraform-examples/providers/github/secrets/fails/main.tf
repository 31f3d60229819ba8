# Whoever pushes writes the workflow that reads the secret, and the secret is a token that deletes the database.
# expect: deletion_protection_off, backup_dies_with_store, backup_in_same_domain, prevent_destroy_missing
resource "neon_project" "prod" {
  name                      = "prod"
  org_id                    = var.org_id
  history_retention_seconds = 2592000
}

resource "github_repository" "app" {
  name = "app"
}

# expect: agent_can_escalate
resource "github_team" "agents" {
  name = "copilot"
}

resource "github_team_repository" "agents" {
  team_id    = github_team.agents.id
  repository = github_repository.app.name
  permission = "push"
}

# expect: agent_can_destroy_data, token_without_scopes
resource "github_actions_secret" "deploy" {
  repository  = github_repository.app.name
  secret_name = "NEON_API_KEY"
  value       = var.neon_api_key
}

variable "org_id" {
  type = string
}

variable "neon_api_key" {
  type      = string
  sensitive = true
}
