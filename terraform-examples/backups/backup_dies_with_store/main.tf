# DocumentDB keeps its automated backups exactly as long as the cluster lives, however long the retention.
terraform {
  backend "s3" {
    bucket = "acme-terraform-state"
    key    = "documents.tfstate"
    region = "eu-central-1"
  }
}

provider "aws" {
  region              = "eu-central-1"
  allowed_account_ids = ["111111111111"]
}

# expect: backup_dies_with_store
# expect: backup_in_same_domain
resource "aws_docdb_cluster" "catalogue" {
  cluster_identifier        = "catalogue"
  master_username           = "root"
  master_password           = "changed-after-creation"
  storage_encrypted         = true
  deletion_protection       = true
  backup_retention_period   = 35
  skip_final_snapshot       = false
  final_snapshot_identifier = "catalogue-final"

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_docdb_cluster" "contracts" {
  cluster_identifier        = "contracts"
  master_username           = "root"
  master_password           = "changed-after-creation"
  storage_encrypted         = true
  deletion_protection       = true
  backup_retention_period   = 35
  skip_final_snapshot       = false
  final_snapshot_identifier = "contracts-final"
  tags                      = { backup = "nightly" }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_backup_plan" "nightly" {
  name = "nightly"

  rule {
    rule_name         = "nightly"
    target_vault_name = "Default"
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

resource "aws_backup_selection" "nightly" {
  name         = "nightly"
  plan_id      = aws_backup_plan.nightly.id
  iam_role_arn = "arn:aws:iam::111111111111:role/backup"

  selection_tag {
    type  = "STRINGEQUALS"
    key   = "backup"
    value = "nightly"
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
