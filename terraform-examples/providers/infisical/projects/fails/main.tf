# One call deletes it.
# expect: deletion_protection_off, prevent_destroy_missing
resource "infisical_project" "shop" {
  name = "shop"
  slug = "shop"
}
