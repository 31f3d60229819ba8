# It ends by itself.
resource "ibm_iam_service_api_key" "agent" {
  name           = "agent"
  iam_service_id = "s1"
  expires_at     = "2026-09-30T00:00:00Z"
}
