# Two accounts. What the administrators of the first one can delete, the second one still has, and its lock refuses everyone.
terraform {
  backend "s3" {
    bucket       = "repositories-terraform-state"
    key          = "production.tfstate"
    region       = "us-east-1"
    use_lockfile = true
  }
}

provider "aws" {
  region              = "us-east-1"
  allowed_account_ids = ["111111111111"]
}

# Another region, and another account.
provider "aws" {
  alias               = "offsite"
  region              = "us-west-2"
  allowed_account_ids = ["222222222222"]

  assume_role {
    role_arn = "arn:aws:iam::222222222222:role/backup-apply"
  }
}

resource "aws_ebs_volume" "repositories" {
  availability_zone = "us-east-1a"
  size              = 500
  encrypted         = true
  final_snapshot    = true

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_ebs_snapshot" "repositories" {
  volume_id = aws_ebs_volume.repositories.id
}

resource "aws_backup_vault" "main" {
  name = "main"
}

resource "aws_backup_vault" "offsite" {
  provider = aws.offsite
  name     = "offsite"
}

resource "aws_backup_vault_lock_configuration" "offsite" {
  provider            = aws.offsite
  backup_vault_name   = aws_backup_vault.offsite.name
  changeable_for_days = 3
  min_retention_days  = 30
}

resource "aws_backup_plan" "nightly" {
  name = "nightly"

  rule {
    rule_name         = "nightly"
    target_vault_name = aws_backup_vault.main.name
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

resource "aws_backup_selection" "nightly" {
  name         = "nightly"
  plan_id      = aws_backup_plan.nightly.id
  iam_role_arn = "arn:aws:iam::111111111111:role/backup"
  resources    = [aws_ebs_volume.repositories.arn]
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
