# Whoever finds it has it for good.
# expect: credential_never_expires
resource "launchdarkly_access_token" "agent" {
  name = "agent"
  role = "admin"
}
