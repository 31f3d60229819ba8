# Planned with -target: the plan says nothing about the second key.
# plan with: -target=aws_kms_key.orders
# expect: plan_incomplete at itself

resource "aws_kms_key" "orders" {
  description = "orders"

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_key" "invoices" {
  description = "invoices"

  lifecycle {
    prevent_destroy = true
  }
}
