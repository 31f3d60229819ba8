# A lock refuses the delete, whoever asks for it.
resource "linode_volume" "shop" {
  label  = "shop"
  region = "eu-central"

  lifecycle {
    prevent_destroy = true
  }
}

resource "linode_lock" "shop" {
  entity_id   = linode_volume.shop.id
  entity_type = "volume"
  lock_type   = "cannot_delete"
}
