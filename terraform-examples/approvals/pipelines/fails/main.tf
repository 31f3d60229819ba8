# The workflow applies what is merged, in no environment, without asking, with a file that nobody owns.
# expect: apply_without_human, applies_automatically, gate_files_unowned at itself
resource "aws_kms_key" "orders" {
  description = "orders"

  lifecycle {
    prevent_destroy = true
  }
}
