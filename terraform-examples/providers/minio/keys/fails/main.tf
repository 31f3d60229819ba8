# Whoever finds it has it for good.
# expect: credential_never_expires
resource "minio_iam_service_account" "agent" {
  target_user = "agent"
  policy      = "{}"
}
