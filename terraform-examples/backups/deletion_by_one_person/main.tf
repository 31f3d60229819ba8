# One person can empty it, at any hour.
# expect: deletion_by_one_person, vault_unlocked
resource "aws_backup_vault" "open" {
  provider = aws.backup
  name     = "open"
}

resource "aws_iam_role" "keeper" {
  provider = aws.backup
  name     = "keeper"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithSAML"
      Principal = { Federated = "arn:aws:iam::222222222222:saml-provider/directory" }
      Condition = { StringEquals = { "SAML:aud" = "https://signin.aws.amazon.com/saml" } }
    }]
  })
}

resource "aws_iam_role_policy" "keeper" {
  provider = aws.backup
  name     = "keeper"
  role     = aws_iam_role.keeper.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["backup:DeleteRecoveryPoint", "backup:ListRecoveryPointsByBackupVault"]
      Resource = ["*"]
    }]
  })
}

# expect: backup_on_one_provider (uncertain)
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
  tags                        = { backup = "orders" }

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
      destination_vault_arn = aws_backup_vault.open.arn
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

  selection_tag {
    type  = "STRINGEQUALS"
    key   = "backup"
    value = "orders"
  }
}

# Nobody can empty this one before its time.
resource "aws_backup_vault" "closed" {
  provider = aws.backup
  name     = "closed"
}

resource "aws_backup_vault_lock_configuration" "closed" {
  provider            = aws.backup
  backup_vault_name   = aws_backup_vault.closed.name
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
  tags                        = { backup = "invoices" }

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
      destination_vault_arn = aws_backup_vault.closed.arn
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

  selection_tag {
    type  = "STRINGEQUALS"
    key   = "backup"
    value = "invoices"
  }
}
