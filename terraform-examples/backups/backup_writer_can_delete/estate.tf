# The rest of the estate. It keeps every other question quiet, so that main.tf shows one thing.
terraform {
  backend "s3" {
    bucket       = "acme-terraform-state"
    key          = "shop.tfstate"
    region       = "eu-central-1"
    use_lockfile = true
  }
}

provider "aws" {
  region              = "eu-central-1"
  allowed_account_ids = ["111111111111"]
}

provider "aws" {
  alias               = "backup"
  region              = "eu-central-1"
  allowed_account_ids = ["222222222222"]

  assume_role {
    role_arn = "arn:aws:iam::222222222222:role/backup-apply"
  }
}

resource "aws_backup_restore_testing_plan" "weekly" {
  name                = "weekly"
  schedule_expression = "cron(0 5 ? * SUN *)"
  recovery_point_selection {
    algorithm            = "LATEST_WITHIN_WINDOW"
    include_vaults       = ["*"]
    recovery_point_types = ["SNAPSHOT"]
  }
}
