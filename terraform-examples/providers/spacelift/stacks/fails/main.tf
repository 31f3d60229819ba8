# One call deletes it, with the state that Spacelift keeps of it; and whoever pushes applies.
# expect: deletion_protection_off, apply_without_human
resource "spacelift_stack" "shop" {
  name       = "shop"
  repository = "shop"
  branch     = "main"
}
