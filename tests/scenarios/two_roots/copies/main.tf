terraform {
  backend "s3" {
    bucket = "acme-terraform-state"
    key    = "copies.tfstate"
    region = "eu-central-1"
  }
}

provider "aws" {
  region              = "eu-central-1"
  allowed_account_ids = ["222222222222"]
}

resource "aws_backup_vault" "offsite" {
  name = "offsite"
}

resource "aws_backup_vault_lock_configuration" "offsite" {
  backup_vault_name   = aws_backup_vault.offsite.name
  changeable_for_days = 3
  min_retention_days  = 30
}
