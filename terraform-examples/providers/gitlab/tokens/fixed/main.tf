resource "gitlab_project_access_token" "agent" {
  project      = "acme/shop"
  name         = "agent"
  access_level = "reporter"
  scopes       = ["read_repository"]
  expires_at   = "2026-09-30"
}

resource "gitlab_deploy_key" "agent" {
  project    = "acme/shop"
  title      = "agent"
  key        = "ssh-ed25519 AAAA"
  can_push   = false
  expires_at = "2026-09-30T00:00:00Z"
}
