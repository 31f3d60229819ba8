# A personal access token lies among the secrets of the edge functions. It does all that its user can.
# expect: backup_dies_with_store, backup_in_same_domain, store_unprotectable, prevent_destroy_missing
resource "supabase_project" "prod" {
  organization_id   = var.org
  name              = "prod"
  region            = "eu-central-1"
  database_password = var.db_password
}

# expect: agent_can_destroy_data, token_without_scopes
resource "supabase_edge_function_secrets" "agent" {
  project_ref = supabase_project.prod.id
  secrets = [{
    name  = "SB_MGMT_TOKEN"
    value = var.supabase_access_token
  }]
}

variable "org" {
  type = string
}

variable "db_password" {
  type      = string
  sensitive = true
}

variable "supabase_access_token" {
  type      = string
  sensitive = true
}
