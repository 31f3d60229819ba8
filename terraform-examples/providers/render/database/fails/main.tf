# Whoever finds the key deletes the database, and with it the window that it could be restored from.
# expect: backup_dies_with_store, backup_in_same_domain, store_unprotectable, prevent_destroy_missing
resource "render_postgres" "shop" {
  name    = "shop"
  plan    = "pro_4gb"
  region  = "frankfurt"
  version = "16"
}
