# A project with a protected branch cannot be deleted, and the agent's key is one of another project.
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
  name   = "agent-sandbox"
  org_id = var.org_id
}

# allow: credential_never_expires (keys of Neon cannot be made to end; this one reaches a sandbox)
resource "neon_org_api_key" "agent" {
  name       = "cursor"
  org_id     = var.org_id
  project_id = neon_project.sandbox.id
}

variable "org_id" {
  type = string
}
