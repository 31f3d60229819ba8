# The platform refuses to delete it until somebody takes this off.
resource "alicloud_kms_key" "shop" {
  description         = "shop"
  deletion_protection = "Enabled"

  lifecycle {
    prevent_destroy = true
  }
}
