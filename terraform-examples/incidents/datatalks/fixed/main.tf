# The course platform alone. The second project has a root module, a state and an apply role of its own.
terraform {
  backend "s3" {
    bucket       = "courses-terraform-state"
    key          = "courses.tfstate"
    region       = "eu-west-1"
    use_lockfile = true
  }
}

provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["111111111111"]
}

resource "aws_db_instance" "courses" {
  identifier                  = "courses"
  engine                      = "postgres"
  instance_class              = "db.t4g.small"
  allocated_storage           = 50
  username                    = "courses"
  manage_master_user_password = true
  deletion_protection         = true
  backup_retention_period     = 14
  delete_automated_backups    = false
  skip_final_snapshot         = false
  final_snapshot_identifier   = "courses-final"

  lifecycle {
    prevent_destroy = true
  }
}

# expect from a plan alone: restore_untested
# allow: restore_untested (a scheduled function restores the latest backup every night and counts its rows)
resource "aws_backup_plan" "courses" {
  name = "courses"

  rule {
    rule_name         = "nightly"
    target_vault_name = "Default"
    schedule          = "cron(0 3 * * ? *)"

    lifecycle {
      delete_after = 35
    }

    # A locked vault in another account, which this root module does not manage.
    copy_action {
      destination_vault_arn = "arn:aws:backup:eu-west-1:222222222222:backup-vault:courses"

      lifecycle {
        delete_after = 35
      }
    }
  }
}

resource "aws_backup_selection" "courses" {
  name         = "courses"
  plan_id      = aws_backup_plan.courses.id
  iam_role_arn = "arn:aws:iam::111111111111:role/backup"
  resources    = [aws_db_instance.courses.arn]
}
