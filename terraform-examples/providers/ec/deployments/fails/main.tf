# Nothing refuses to delete it, and its backups go with it.
# expect: backup_dies_with_store, backup_in_same_domain, store_unprotectable, prevent_destroy_missing
resource "ec_deployment" "shop" {
  name                   = "shop"
  region                 = "aws-eu-central-1"
  version                = "8.15.0"
  deployment_template_id = "aws-storage-optimized"
}
