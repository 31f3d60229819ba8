# No call of a token that an agent has deletes a connection or a user.
# allow: store_unprotectable (users are exported to a locked bucket every night)
resource "auth0_connection" "users" {
  name     = "users"
  strategy = "auth0"

  lifecycle {
    prevent_destroy = true
  }
}

resource "auth0_client_grant" "agent" {
  client_id = "agent"
  audience  = "https://shop.eu.auth0.com/api/v2/"
  scopes    = ["read:users"]
}
