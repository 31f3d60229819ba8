# What is not written about its protection is the platform's to decide; what was made from it is deleted with it.
# expect: deletion_protection_off (uncertain)
# expect: backup_dies_with_store, backup_in_same_domain, force_destroy_on, prevent_destroy_missing
resource "planetscale_vitess_branch" "main" {
  organization       = "acme"
  database           = "shop"
  name               = "main"
  delete_descendants = true
}

# expect: credential_never_expires
resource "planetscale_vitess_branch_password" "agent" {
  organization = "acme"
  database     = "shop"
  branch       = "main"
  name         = "agent"
  role         = "admin"
}
