# It ends by itself.
resource "tailscale_tailnet_key" "agent" {
  ephemeral = true
  expiry    = 3600
}
