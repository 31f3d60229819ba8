# Production is alone in its organisation, and dumped out of Supabase by a job that Terraform does not show.
# allow: backup_dies_with_store (pg_dump runs every night, into a locked bucket of another account)
# allow: backup_in_same_domain (the dumps lie in another account)
# allow: store_unprotectable (Supabase has no protection; the dumps stand in its place)
resource "supabase_project" "prod" {
  organization_id   = var.prod_only_org
  name              = "prod"
  region            = "eu-central-1"
  database_password = var.db_password

  lifecycle {
    prevent_destroy = true
  }
}

# The agent works on a branch of a sandbox.
resource "supabase_branch" "agent" {
  parent_project_ref = var.sandbox_ref
  git_branch         = "agent"
}

variable "prod_only_org" {
  type = string
}

variable "sandbox_ref" {
  type = string
}

variable "db_password" {
  type      = string
  sensitive = true
}
