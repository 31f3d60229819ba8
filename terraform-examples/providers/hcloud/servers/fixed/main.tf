# Terraform takes the protection off before it destroys: prevent_destroy keeps it from that.
# allow: backup_dies_with_store, backup_in_same_domain (what it holds lies on the volume, which is copied to another platform)
resource "hcloud_server" "shop" {
  name               = "shop"
  server_type        = "cx32"
  image              = "debian-12"
  backups            = true
  delete_protection  = true
  rebuild_protection = true

  lifecycle {
    prevent_destroy = true
  }
}

resource "hcloud_volume" "shop" {
  name              = "shop"
  size              = 100
  server_id         = hcloud_server.shop.id
  delete_protection = true

  lifecycle {
    prevent_destroy = true
  }
}
