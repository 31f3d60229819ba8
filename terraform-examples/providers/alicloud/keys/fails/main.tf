# One call deletes it.
# expect: deletion_protection_off, prevent_destroy_missing
resource "alicloud_kms_key" "shop" {
  description = "shop"
}
