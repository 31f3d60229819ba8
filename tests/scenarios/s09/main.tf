terraform {
  backend "s3" {
    bucket = "acme-terraform-state"
    key    = "scenario.tfstate"
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

resource "aws_dynamodb_table" "orders" {
  name                        = "orders"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "id"
  deletion_protection_enabled = true

  attribute {
    name = "id"
    type = "S"
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_backup_vault" "here" {
  name = "here"
}

resource "aws_backup_vault_lock_configuration" "here" {
  backup_vault_name   = aws_backup_vault.here.name
  changeable_for_days = 3
  min_retention_days  = 30
}

resource "aws_backup_vault" "there" {
  provider = aws.ireland
  name     = "there"
}

resource "aws_backup_vault_lock_configuration" "there" {
  provider            = aws.ireland
  backup_vault_name   = aws_backup_vault.there.name
  changeable_for_days = 3
  min_retention_days  = 30
}

resource "aws_backup_plan" "nightly" {
  name = "nightly"

  rule {
    rule_name         = "nightly"
    target_vault_name = aws_backup_vault.here.name
    schedule          = "cron(0 3 * * ? *)"

    lifecycle {
      delete_after = 35
    }

    copy_action {
      destination_vault_arn = aws_backup_vault.there.arn

      lifecycle {
        delete_after = 35
      }
    }
  }
}

resource "aws_backup_selection" "nightly" {
  name         = "nightly"
  plan_id      = aws_backup_plan.nightly.id
  iam_role_arn = "arn:aws:iam::111111111111:role/backup"
  resources    = [aws_dynamodb_table.orders.arn]
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
