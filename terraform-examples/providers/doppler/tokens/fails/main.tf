# Whoever finds it has it for good.
# expect: credential_never_expires
resource "doppler_service_account_token" "agent" {
  service_account_slug = "agent"
  name                 = "agent"
}
