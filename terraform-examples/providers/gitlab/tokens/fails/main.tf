# It reaches every project of its user, for as long as the user exists.
# expect: credential_never_expires
resource "gitlab_personal_access_token" "agent" {
  user_id = 7
  name    = "agent"
  scopes  = ["api"]
}

# expect: credential_never_expires
resource "gitlab_deploy_key" "agent" {
  project  = "acme/shop"
  title    = "agent"
  key      = "ssh-ed25519 AAAA"
  can_push = true
}

# A destroy deletes the repository at once, with its packages and its states.
# expect: recovery_window_too_short, prevent_destroy_missing
resource "gitlab_project" "shop" {
  name                          = "shop"
  permanently_delete_on_destroy = true
}
