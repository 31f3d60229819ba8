# One account. Whoever signs in to it as an administrator holds the repositories, the snapshots and the offsite copies.
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

# Another region, and the same account.
provider "aws" {
  alias               = "offsite"
  region              = "us-west-2"
  allowed_account_ids = ["111111111111"]
}

# expect: backup_in_same_domain, backup_in_same_state, store_unprotectable
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

# expect: vault_unlocked
resource "aws_backup_vault" "main" {
  name = "main"
}

# expect: vault_unlocked
resource "aws_backup_vault" "offsite" {
  provider = aws.offsite
  name     = "offsite"
}

# expect: restore_untested
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
