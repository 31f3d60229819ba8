resource "elasticstack_elasticsearch_security_api_key" "agent" {
  name       = "agent"
  expiration = "1d"
  role_descriptors = jsonencode({
    agent = { indices = [{ names = ["orders"], privileges = ["read"] }] }
  })
}
