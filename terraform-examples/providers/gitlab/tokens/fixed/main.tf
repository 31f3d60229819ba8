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

# A destroy archives the repository: it can be had back, with its packages and its states.
# allow: protection_by_terraform_only (only owners delete by the API, and it is mirrored to another platform)
resource "gitlab_project" "shop" {
  name               = "shop"
  archive_on_destroy = true

  lifecycle {
    prevent_destroy = true
  }
}
