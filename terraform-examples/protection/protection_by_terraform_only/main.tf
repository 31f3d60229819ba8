# Terraform leaves it behind on a destroy; the API deletes it for whoever asks.
# expect: protection_by_terraform_only
resource "aws_cloudwatch_log_group" "payments" {
  name              = "payments"
  retention_in_days = 365
  skip_destroy      = true
}

# Claims no protection.
resource "aws_cloudwatch_log_group" "access" {
  name              = "access"
  retention_in_days = 30
}
