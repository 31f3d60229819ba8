# Nothing backs it up, and nothing refuses to delete it.
# expect: backup_missing, store_unprotectable, prevent_destroy_missing
resource "upcloud_storage" "shop" {
  title = "shop"
  size  = 100
  zone  = "de-fra1"
}
