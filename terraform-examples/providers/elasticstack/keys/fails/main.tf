# Without descriptors it has every right of whoever made it.
# expect: token_without_scopes
resource "elasticstack_elasticsearch_security_api_key" "agent" {
  name = "agent"
}

# Terraform refuses, and nobody else.
# expect: protection_by_terraform_only
resource "elasticstack_elasticsearch_index" "orders" {
  name = "orders"
}
