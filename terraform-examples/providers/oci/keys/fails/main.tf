# Whoever finds it has it for good.
# expect: credential_never_expires
resource "oci_identity_auth_token" "agent" {
  user_id     = "u1"
  description = "agent"
}
