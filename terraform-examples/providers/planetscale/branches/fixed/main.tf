# Protected by the platform, and nothing goes with it.
# allow: backup_dies_with_store, backup_in_same_domain (dumped into a locked bucket of another platform every night)
resource "planetscale_vitess_branch" "main" {
  organization       = "acme"
  database           = "shop"
  name               = "main"
  deletion_protected = true

  lifecycle {
    prevent_destroy = true
  }
}

# It reads, for an hour.
resource "planetscale_vitess_branch_password" "agent" {
  organization = "acme"
  database     = "shop"
  branch       = "main"
  name         = "agent"
  role         = "reader"
  ttl          = 3600
}
