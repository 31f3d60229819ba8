# The secret holds a key of the sandbox, which a resource makes: what it may do is told, and it is not production's.
# allow: backup_dies_with_store, backup_in_same_domain (pg_dump runs every night, into a locked bucket of another account)
resource "neon_project" "prod" {
  name                      = "prod"
  org_id                    = var.org_id
  history_retention_seconds = 2592000
  default_branch_protected  = true

  lifecycle {
    prevent_destroy = true
  }
}

resource "neon_project" "sandbox" {
  name   = "sandbox"
  org_id = var.org_id
}

# allow: credential_never_expires (keys of Neon cannot be made to end; this one reaches a sandbox)
resource "neon_org_api_key" "sandbox" {
  name       = "ci"
  org_id     = var.org_id
  project_id = neon_project.sandbox.id
}

resource "github_repository" "app" {
  name = "app"
}

resource "github_team" "agents" {
  name = "copilot"
}

resource "github_team_repository" "agents" {
  team_id    = github_team.agents.id
  repository = github_repository.app.name
  permission = "push"
}

resource "github_actions_secret" "deploy" {
  repository  = github_repository.app.name
  secret_name = "NEON_API_KEY"
  value       = neon_org_api_key.sandbox.key
}

variable "org_id" {
  type = string
}
