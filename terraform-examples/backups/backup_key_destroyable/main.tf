# The vault is locked, in another account. Its key is not: who administers the first account ends the key, and the copies with it.
# expect: backup_key_destroyable
resource "aws_kms_key" "copies" {
  description             = "copies"
  deletion_window_in_days = 30

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_backup_vault" "offsite" {
  provider    = aws.backup
  name        = "offsite"
  kms_key_arn = aws_kms_key.copies.arn
}

resource "aws_backup_vault_lock_configuration" "offsite" {
  provider            = aws.backup
  backup_vault_name   = aws_backup_vault.offsite.name
  changeable_for_days = 3
  min_retention_days  = 30
}

resource "aws_db_instance" "orders" {
  identifier                  = "orders"
  engine                      = "postgres"
  instance_class              = "db.t4g.small"
  allocated_storage           = 20
  username                    = "orders"
  manage_master_user_password = true
  deletion_protection         = true
  delete_automated_backups    = false
  backup_retention_period     = 35
  final_snapshot_identifier   = "orders-final"

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_backup_plan" "orders" {
  name = "orders"
  rule {
    rule_name         = "daily"
    target_vault_name = "Default"
    schedule          = "cron(0 3 * * ? *)"
    lifecycle {
      delete_after = 35
    }
    copy_action {
      destination_vault_arn = aws_backup_vault.offsite.arn
      lifecycle {
        delete_after = 90
      }
    }
  }
}

resource "aws_backup_selection" "orders" {
  name         = "orders"
  plan_id      = aws_backup_plan.orders.id
  iam_role_arn = "arn:aws:iam::111111111111:role/backup"
  resources    = [aws_db_instance.orders.arn]
}

# The key lies with the copies.
resource "aws_kms_key" "offsite" {
  provider                = aws.backup
  description             = "offsite"
  deletion_window_in_days = 30

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_backup_vault" "own_key" {
  provider    = aws.backup
  name        = "own_key"
  kms_key_arn = aws_kms_key.offsite.arn
}

resource "aws_backup_vault_lock_configuration" "own_key" {
  provider            = aws.backup
  backup_vault_name   = aws_backup_vault.own_key.name
  changeable_for_days = 3
  min_retention_days  = 30
}

resource "aws_db_instance" "invoices" {
  identifier                  = "invoices"
  engine                      = "postgres"
  instance_class              = "db.t4g.small"
  allocated_storage           = 20
  username                    = "invoices"
  manage_master_user_password = true
  deletion_protection         = true
  delete_automated_backups    = false
  backup_retention_period     = 35
  final_snapshot_identifier   = "invoices-final"

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_backup_plan" "invoices" {
  name = "invoices"
  rule {
    rule_name         = "daily"
    target_vault_name = "Default"
    schedule          = "cron(0 3 * * ? *)"
    lifecycle {
      delete_after = 35
    }
    copy_action {
      destination_vault_arn = aws_backup_vault.own_key.arn
      lifecycle {
        delete_after = 90
      }
    }
  }
}

resource "aws_backup_selection" "invoices" {
  name         = "invoices"
  plan_id      = aws_backup_plan.invoices.id
  iam_role_arn = "arn:aws:iam::111111111111:role/backup"
  resources    = [aws_db_instance.invoices.arn]
}
