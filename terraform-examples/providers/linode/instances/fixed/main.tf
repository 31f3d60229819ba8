# Locks refuse the delete, whoever asks for it.
# allow: backup_dies_with_store, backup_in_same_domain (what it holds lies on the volume, which is copied to another platform)
resource "linode_instance" "shop" {
  label           = "shop"
  region          = "eu-central"
  type            = "g6-standard-2"
  backups_enabled = true

  lifecycle {
    prevent_destroy = true
  }
}

resource "linode_lock" "instance" {
  entity_id   = linode_instance.shop.id
  entity_type = "linode"
  lock_type   = "cannot_delete"
}

resource "linode_volume" "shop" {
  label     = "shop"
  region    = "eu-central"
  linode_id = linode_instance.shop.id

  lifecycle {
    prevent_destroy = true
  }
}

resource "linode_lock" "shop" {
  entity_id   = linode_volume.shop.id
  entity_type = "volume"
  lock_type   = "cannot_delete"
}
