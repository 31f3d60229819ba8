# Deleting the connection deletes its users.
# expect: store_unprotectable, prevent_destroy_missing
resource "auth0_connection" "users" {
  name     = "users"
  strategy = "auth0"
}
