# Switched off in the console, this is in no plan.
# expect: protection_drift_ignored
resource "aws_cognito_user_pool" "customers" {
  name                = "customers"
  deletion_protection = "ACTIVE"

  lifecycle {
    prevent_destroy = true
    ignore_changes  = [deletion_protection]
  }
}

# expect: protection_drift_ignored
resource "aws_kms_key" "orders" {
  description = "orders"

  lifecycle {
    prevent_destroy = true
    ignore_changes  = all
  }
}

# What drifts here is not what protects.
resource "aws_cognito_user_pool" "staff" {
  name                = "staff"
  deletion_protection = "ACTIVE"

  lifecycle {
    prevent_destroy = true
    ignore_changes  = [schema, tags]
  }
}
