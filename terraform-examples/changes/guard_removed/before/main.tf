resource "aws_cognito_user_pool" "customers" {
  name                = "customers"
  deletion_protection = "ACTIVE"
}

resource "aws_kms_key" "orders" {
  description             = "orders"
  deletion_window_in_days = 30
}

resource "aws_backup_vault" "daily" {
  name = "daily"
}

resource "aws_backup_vault_lock_configuration" "daily" {
  backup_vault_name  = aws_backup_vault.daily.name
  min_retention_days = 30
}

resource "aws_cognito_user_pool" "staff" {
  name                = "staff"
  deletion_protection = "INACTIVE"
}
