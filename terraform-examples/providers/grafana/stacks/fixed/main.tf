# Protected unless it says otherwise.
resource "grafana_cloud_stack" "shop" {
  name = "shop"
  slug = "shop"
}

resource "grafana_service_account_token" "agent" {
  name               = "agent"
  service_account_id = 1
  seconds_to_live    = 3600
}
