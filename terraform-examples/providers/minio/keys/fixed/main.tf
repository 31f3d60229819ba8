# It ends by itself.
resource "minio_iam_service_account" "agent" {
  target_user = "agent"
  policy      = "{}"
  expiration  = "2026-09-30T00:00:00Z"
}
