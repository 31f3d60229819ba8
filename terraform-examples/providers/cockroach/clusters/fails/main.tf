# What is not written about its protection is the platform's to decide.
# expect: deletion_protection_off (uncertain)
# expect: backup_dies_with_store, backup_in_same_domain, prevent_destroy_missing
resource "cockroach_cluster" "shop" {
  name           = "shop"
  cloud_provider = "AWS"
  dedicated      = {}
  regions        = [{ name = "eu-central-1" }]
}
