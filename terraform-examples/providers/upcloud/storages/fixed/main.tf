resource "upcloud_storage" "shop_staging" {
  title = "shop-staging"
  size  = 100
  zone  = "de-fra1"
}
