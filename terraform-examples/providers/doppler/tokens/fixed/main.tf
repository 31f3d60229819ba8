# It ends by itself.
resource "doppler_service_account_token" "agent" {
  service_account_slug = "agent"
  name                 = "agent"
  expires_at           = "2026-09-30T00:00:00Z"
}
