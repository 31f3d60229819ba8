# The dumps lie with another team, whose token nobody here has; the agent's key reads one bucket.
# allow: backup_dies_with_store, backup_in_same_domain (dumped every night into the bucket of the other team)
# allow: store_unprotectable, retention_too_short (DigitalOcean has neither; the dumps stand in its place)
resource "digitalocean_database_cluster" "prod" {
  name       = "prod-pg"
  engine     = "pg"
  version    = "16"
  size       = "db-s-2vcpu-4gb"
  region     = "fra1"
  node_count = 2

  lifecycle {
    prevent_destroy = true
  }
}

# allow: backup_missing, store_unprotectable (it holds the copies)
resource "digitalocean_spaces_bucket" "dumps" {
  provider = digitalocean.backup_team
  name     = "prod-dumps"
  region   = "ams3"

  versioning {
    enabled = true
  }

  lifecycle {
    prevent_destroy = true
  }
}

# allow: credential_never_expires (keys of Spaces cannot be made to end; this one reads what is public)
resource "digitalocean_spaces_key" "agent" {
  name = "cursor"
  grant {
    bucket     = "public-assets"
    permission = "read"
  }
}
