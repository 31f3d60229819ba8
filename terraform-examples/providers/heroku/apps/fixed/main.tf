# Its backups belong to it: what outlives it is a dump, which Heroku's scheduler writes and Terraform does not show.
# allow: store_unprotectable, backup_dies_with_store, backup_in_same_domain (dumped to a locked bucket of another platform every night)
resource "heroku_addon" "postgres" {
  app_id = heroku_app.shop.id
  plan   = "heroku-postgresql:standard-0"

  lifecycle {
    prevent_destroy = true
  }
}

resource "heroku_app" "shop" {
  name   = "shop"
  region = "eu"

  lifecycle {
    prevent_destroy = true
  }
}
