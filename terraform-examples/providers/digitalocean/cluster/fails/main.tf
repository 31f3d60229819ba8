# Nothing on DigitalOcean refuses a delete, the backups go with the cluster, and the agent's key does everything in Spaces.
# expect: backup_dies_with_store, backup_in_same_domain, retention_too_short, store_unprotectable, prevent_destroy_missing
resource "digitalocean_database_cluster" "prod" {
  name       = "prod-pg"
  engine     = "pg"
  version    = "16"
  size       = "db-s-2vcpu-4gb"
  region     = "fra1"
  node_count = 1
}

# expect: backup_missing, force_destroy_on, overwritable_bucket, store_unprotectable, prevent_destroy_missing
resource "digitalocean_spaces_bucket" "dumps" {
  name          = "prod-dumps"
  region        = "fra1"
  force_destroy = true
}

# expect: agent_can_destroy_data, agent_can_weaken_guards, credential_never_expires
resource "digitalocean_spaces_key" "agent" {
  name = "cursor"
  grant {
    bucket     = ""
    permission = "fullaccess"
  }
}

# What a token may do is decided in the console. Its name tells that it is one.
# expect: agent_can_destroy_data (uncertain), token_without_scopes (uncertain)
resource "github_actions_secret" "deploy" {
  repository  = "shop"
  secret_name = "DIGITALOCEAN_ACCESS_TOKEN"
  value       = var.do_token
}

variable "do_token" {
  type      = string
  sensitive = true
}
