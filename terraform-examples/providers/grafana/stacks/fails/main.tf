# expect: deletion_protection_off
resource "grafana_cloud_stack" "shop" {
  name              = "shop"
  slug              = "shop"
  delete_protection = false
}

# expect: credential_never_expires
resource "grafana_service_account_token" "agent" {
  name               = "agent"
  service_account_id = 1
}
