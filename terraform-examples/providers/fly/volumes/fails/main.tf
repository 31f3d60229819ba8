# Nothing refuses to delete it, and its backups go with it.
# expect: backup_dies_with_store, backup_in_same_domain, store_unprotectable, prevent_destroy_missing
resource "fly_volume" "shop" {
  name   = "shop"
  app    = "shop"
  size   = 10
  region = "fra"
}
