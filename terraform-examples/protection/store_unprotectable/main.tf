# A hosted zone has no deletion protection, and nothing can be put in its place but a denying policy.
# expect: store_unprotectable
resource "aws_route53_zone" "shop" {
  name = "shop.example"

  lifecycle {
    prevent_destroy = true
  }
}

# Its copies go to another account; whether the vault there is locked, the inputs do not say.
# expect: store_unprotectable (uncertain)
resource "aws_ebs_volume" "uploads" {
  availability_zone = "eu-central-1a"
  size              = 100
  final_snapshot    = true

  lifecycle {
    prevent_destroy = true
  }
}

# The fix: copies in another account, in a vault that nobody can empty.
resource "aws_ebs_volume" "ledger" {
  availability_zone = "eu-central-1a"
  size              = 100
  final_snapshot    = true
  tags = {
    Backup = "locked"
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_backup_selection" "locked" {
  name         = "locked"
  plan_id      = aws_backup_plan.locked.id
  iam_role_arn = "arn:aws:iam::111111111111:role/backup"
  selection_tag {
    type  = "STRINGEQUALS"
    key   = "Backup"
    value = "locked"
  }
}

resource "aws_backup_plan" "locked" {
  name = "locked"
  rule {
    rule_name         = "daily"
    target_vault_name = "Default"
    schedule          = "cron(0 3 * * ? *)"
    lifecycle {
      delete_after = 35
    }
    copy_action {
      destination_vault_arn = aws_backup_vault.locked.arn
      lifecycle {
        delete_after = 90
      }
    }
  }
}

provider "aws" {
  alias               = "backup"
  region              = "eu-central-1"
  allowed_account_ids = ["222222222222"]
}

resource "aws_backup_vault" "locked" {
  provider = aws.backup
  name     = "locked"
}

resource "aws_backup_vault_lock_configuration" "locked" {
  provider            = aws.backup
  backup_vault_name   = aws_backup_vault.locked.name
  changeable_for_days = 3
  min_retention_days  = 30
}
