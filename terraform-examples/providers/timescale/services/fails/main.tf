# Nothing refuses to delete it, and its backups go with it.
# expect: backup_dies_with_store, backup_in_same_domain, store_unprotectable, prevent_destroy_missing
resource "timescale_service" "shop" {
  name        = "shop"
  milli_cpu   = 1000
  memory_gb   = 4
  region_code = "eu-central-1"
}
