# Its backups belong to it, and it belongs to its app.
# expect: store_unprotectable, backup_dies_with_store, backup_in_same_domain, prevent_destroy_missing
resource "heroku_addon" "postgres" {
  app_id = heroku_app.shop.id
  plan   = "heroku-postgresql:standard-0"
}

resource "heroku_app" "shop" {
  name   = "shop"
  region = "eu"
}
