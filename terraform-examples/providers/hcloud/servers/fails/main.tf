# Backups of a server go with it, and do not have what is on its volume.
# expect: deletion_protection_off, backup_dies_with_store, backup_in_same_domain, prevent_destroy_missing
resource "hcloud_server" "shop" {
  name        = "shop"
  server_type = "cx32"
  image       = "debian-12"
  backups     = true
}

# expect: deletion_protection_off, prevent_destroy_missing
resource "hcloud_volume" "shop" {
  name      = "shop"
  size      = 100
  server_id = hcloud_server.shop.id
}
