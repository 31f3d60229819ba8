# expect: backup_dies_with_store, backup_in_same_domain, store_unprotectable, prevent_destroy_missing
resource "linode_instance" "shop" {
  label           = "shop"
  region          = "eu-central"
  type            = "g6-standard-2"
  backups_enabled = true
}

# expect: store_unprotectable, prevent_destroy_missing
resource "linode_volume" "shop" {
  label     = "shop"
  region    = "eu-central"
  linode_id = linode_instance.shop.id
}
