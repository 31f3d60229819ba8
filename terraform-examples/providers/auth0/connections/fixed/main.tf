# Nothing of it is made here: an agent's tenant has no users of its own.
resource "auth0_client_grant" "agent" {
  client_id = "agent"
  audience  = "https://shop.eu.auth0.com/api/v2/"
  scopes    = ["read:users"]
}
