resource "elasticstack_elasticsearch_security_api_key" "agent" {
  name       = "agent"
  expiration = "1d"
  role_descriptors = jsonencode({
    agent = { indices = [{ names = ["orders"], privileges = ["read"] }] }
  })
}

# Nothing of the platform's refuses to delete an index: the key above cannot, and snapshots leave the cluster.
# allow: protection_by_terraform_only (snapshots go to a locked bucket of another account every hour)
resource "elasticstack_elasticsearch_index" "orders" {
  name                = "orders"
  deletion_protection = true
}
