# It reads, for an hour.
resource "planetscale_vitess_branch_password" "agent" {
  organization = "acme"
  database     = "shop"
  branch       = "main"
  name         = "agent"
  role         = "reader"
  ttl          = 3600
}
