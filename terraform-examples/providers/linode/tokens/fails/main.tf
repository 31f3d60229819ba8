# Whoever finds it deletes whatever there is.
# expect: credential_never_expires
resource "linode_token" "agent" {
  label  = "agent"
  scopes = "*"
}

# expect: credential_never_expires
resource "linode_object_storage_key" "agent" {
  label = "agent"
}
