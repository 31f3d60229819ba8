# It reads, for a week.
resource "linode_token" "agent" {
  label  = "agent"
  scopes = "linodes:read_only"
  expiry = "2026-09-08T00:00:00Z"
}
