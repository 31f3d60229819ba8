resource "spacelift_stack" "staging" {
  name                  = "shop-staging"
  repository            = "shop"
  branch                = "main"
  protect_from_deletion = true
}
