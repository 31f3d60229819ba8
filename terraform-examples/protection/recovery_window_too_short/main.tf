# Gone in a week, with everything that it encrypted.
# expect: recovery_window_too_short
resource "aws_kms_key" "orders" {
  description             = "orders"
  deletion_window_in_days = 7

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

# Gone at once.
# expect: recovery_window_too_short
resource "aws_secretsmanager_secret" "payments" {
  name                    = "payments"
  recovery_window_in_days = 0

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_secretsmanager_secret" "mail" {
  name = "mail"

  lifecycle {
    prevent_destroy = true
  }
}
