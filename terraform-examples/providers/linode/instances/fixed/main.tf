# A lock refuses the delete of the instance, whoever asks for it. It cannot be put on a volume.
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

# allow: store_unprotectable (its data is copied to a locked bucket of another platform every night)
resource "linode_volume" "shop" {
  label     = "shop"
  region    = "eu-central"
  linode_id = linode_instance.shop.id

  lifecycle {
    prevent_destroy = true
  }
}
