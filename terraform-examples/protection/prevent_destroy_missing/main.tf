# expect: prevent_destroy_missing
resource "aws_kms_key" "orders" {
  description = "orders"
}

resource "aws_kms_key" "invoices" {
  description = "invoices"

  lifecycle {
    prevent_destroy = true
  }
}

# Not production: it has to be torn down every night.
resource "aws_kms_key" "review" {
  description = "review"
  tags = {
    Environment = "review"
  }
}
