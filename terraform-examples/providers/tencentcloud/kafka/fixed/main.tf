# The platform refuses to delete it until somebody takes this off.
resource "tencentcloud_ckafka_instance" "shop" {
  instance_name            = "shop"
  delete_protection_enable = 1

  lifecycle {
    prevent_destroy = true
  }
}
