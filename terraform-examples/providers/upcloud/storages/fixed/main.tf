# A rule backs it up into storages of their own; an export leaves the account every night.
# allow: store_unprotectable, backup_in_same_domain, restore_untested (qemu-img copies it to a locked bucket of another platform every night)
resource "upcloud_storage" "shop" {
  title = "shop"
  size  = 100
  zone  = "de-fra1"

  backup_rule {
    interval  = "daily"
    time      = "0300"
    retention = 35
  }

  lifecycle {
    prevent_destroy = true
  }
}
