# The first half of a deletion: nothing is destroyed, and nothing is protected any more.
# expect: guard_removed, deletion_protection_off
resource "aws_cognito_user_pool" "customers" {
  name                = "customers"
  deletion_protection = "INACTIVE"

  lifecycle {
    prevent_destroy = true
  }
}

# expect: guard_removed, recovery_window_too_short
resource "aws_kms_key" "orders" {
  description             = "orders"
  deletion_window_in_days = 7

  lifecycle {
    prevent_destroy = true
  }
}

# Its lock left the configuration with its block; in governance mode nothing refuses that.
# expect: guard_removed, vault_unlocked
resource "aws_backup_vault" "daily" {
  name = "daily"
}

# Gains a guard.
resource "aws_cognito_user_pool" "staff" {
  name                = "staff"
  deletion_protection = "ACTIVE"

  lifecycle {
    prevent_destroy = true
  }
}
