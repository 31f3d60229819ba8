# One call deletes it.
# expect: deletion_protection_off (uncertain)
# expect: prevent_destroy_missing
resource "tencentcloud_ckafka_instance" "shop" {
  instance_name = "shop"
}
