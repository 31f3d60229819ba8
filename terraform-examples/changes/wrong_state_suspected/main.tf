# policypack.yaml beside this file says that much exists here already. The plan creates everything again.
# expect: wrong_state_suspected at itself

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
