# Whoever finds it has it for good.
# expect: credential_never_expires
resource "ibm_iam_service_api_key" "agent" {
  name           = "agent"
  iam_service_id = "s1"
}
