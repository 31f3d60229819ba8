# Terraform takes the protection off before it destroys: prevent_destroy keeps it from that.
resource "hcloud_volume" "shop" {
  name              = "shop"
  size              = 100
  location          = "fsn1"
  delete_protection = true

  lifecycle {
    prevent_destroy = true
  }
}
