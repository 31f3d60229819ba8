# It ends by itself.
resource "launchdarkly_project" "shop" {
  key  = "shop"
  name = "shop"
}
