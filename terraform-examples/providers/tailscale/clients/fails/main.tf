# Whoever finds it has it for good.
# expect: credential_never_expires
resource "tailscale_oauth_client" "agent" {
  scopes = ["all"]
}
