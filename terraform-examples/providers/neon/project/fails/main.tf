# Nothing protects the default branch, and a key of the whole organisation lies in a parameter.
# expect: deletion_protection_off, backup_dies_with_store, backup_in_same_domain, prevent_destroy_missing
resource "neon_project" "prod" {
  name                      = "prod"
  org_id                    = var.org_id
  history_retention_seconds = 2592000
}

# expect: agent_can_destroy_data, token_without_scopes
resource "neon_org_api_key" "agent" {
  name   = "cursor"
  org_id = var.org_id
}

# A key of one project does everything there.
# expect: agent_can_destroy_data, agent_can_weaken_guards, credential_never_expires
resource "neon_org_api_key" "copilot" {
  name       = "copilot"
  org_id     = var.org_id
  project_id = neon_project.prod.id
}

variable "org_id" {
  type = string
}
