# Backups in two regions of one account: they survive the loss of a region, and not the loss of the account.
terraform {
  backend "s3" {
    bucket = "acme-terraform-state"
    key    = "shop.tfstate"
    region = "eu-central-1"
  }
}

provider "aws" {
  region              = "eu-central-1"
  allowed_account_ids = ["111111111111"]
}

provider "aws" {
  alias               = "ireland"
  region              = "eu-west-1"
  allowed_account_ids = ["111111111111"]
}

# expect: backup_in_same_domain
resource "aws_dynamodb_table" "orders" {
  name                        = "orders"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "id"
  deletion_protection_enabled = true
  tags                        = { backup = "durable" }

  attribute {
    name = "id"
    type = "S"
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_backup_plan" "durable" {
  name = "durable"

  rule {
    rule_name         = "durable"
    target_vault_name = aws_backup_vault.frankfurt.name
    schedule          = "cron(0 3 * * ? *)"

    lifecycle {
      delete_after = 35
    }

    copy_action {
      destination_vault_arn = aws_backup_vault.ireland.arn

      lifecycle {
        delete_after = 35
      }
    }
  }
}

resource "aws_backup_selection" "durable" {
  name         = "durable"
  plan_id      = aws_backup_plan.durable.id
  iam_role_arn = "arn:aws:iam::111111111111:role/backup"

  selection_tag {
    type  = "STRINGEQUALS"
    key   = "backup"
    value = "durable"
  }
}

resource "aws_backup_vault" "frankfurt" {
  name = "frankfurt"
}

resource "aws_backup_vault_lock_configuration" "frankfurt" {
  backup_vault_name   = aws_backup_vault.frankfurt.name
  changeable_for_days = 3
  min_retention_days  = 30
}

resource "aws_backup_vault" "ireland" {
  provider = aws.ireland
  name     = "ireland"
}

resource "aws_backup_vault_lock_configuration" "ireland" {
  provider            = aws.ireland
  backup_vault_name   = aws_backup_vault.ireland.name
  changeable_for_days = 3
  min_retention_days  = 30
}

# The same with one more copy, in an account that nobody of this one administers: quiet.
resource "aws_dynamodb_table" "customers" {
  name                        = "customers"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "id"
  deletion_protection_enabled = true
  tags                        = { backup = "isolated" }

  attribute {
    name = "id"
    type = "S"
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_backup_plan" "isolated" {
  name = "isolated"

  rule {
    rule_name         = "isolated"
    target_vault_name = aws_backup_vault.frankfurt.name
    schedule          = "cron(0 3 * * ? *)"

    lifecycle {
      delete_after = 35
    }

    copy_action {
      destination_vault_arn = "arn:aws:backup:eu-central-1:222222222222:backup-vault:offsite"

      lifecycle {
        delete_after = 35
      }
    }
  }
}

resource "aws_backup_selection" "isolated" {
  name         = "isolated"
  plan_id      = aws_backup_plan.isolated.id
  iam_role_arn = "arn:aws:iam::111111111111:role/backup"

  selection_tag {
    type  = "STRINGEQUALS"
    key   = "backup"
    value = "isolated"
  }
}

resource "aws_backup_restore_testing_plan" "weekly" {
  name                = "weekly"
  schedule_expression = "cron(0 6 ? * MON *)"

  recovery_point_selection {
    algorithm            = "LATEST_WITHIN_WINDOW"
    include_vaults       = ["*"]
    recovery_point_types = ["SNAPSHOT"]
  }
}
