# Nothing refuses to delete it, and its backups go with it.
# expect: backup_dies_with_store, backup_in_same_domain, store_unprotectable, prevent_destroy_missing
resource "turso_database" "shop" {
  name  = "shop"
  group = "default"
}
