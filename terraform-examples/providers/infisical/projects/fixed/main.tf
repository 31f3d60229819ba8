# The platform refuses to delete it until somebody takes this off.
resource "infisical_project" "shop" {
  name                  = "shop"
  slug                  = "shop"
  has_delete_protection = true

  lifecycle {
    prevent_destroy = true
  }
}
