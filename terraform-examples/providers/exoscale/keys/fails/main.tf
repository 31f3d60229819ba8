# Whoever finds it has it for good.
# expect: credential_never_expires
resource "exoscale_iam_api_key" "agent" {
  name    = "agent"
  role_id = "r1"
}
