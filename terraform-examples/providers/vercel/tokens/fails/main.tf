# Whoever finds it has it for good.
# expect: credential_never_expires
resource "vercel_user_token" "agent" {
  name = "agent"
}
