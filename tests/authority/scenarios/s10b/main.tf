# S10b. Everybody without the tag is denied, and the agent may tag itself.

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
  tags                        = { env = "prod" }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_backup_plan" "daily" {
  name = "daily"
  rule {
    rule_name         = "daily"
    target_vault_name = "Default"
    schedule          = "cron(0 3 * * ? *)"
    lifecycle {
      delete_after = 35
    }
    copy_action {
      destination_vault_arn = "arn:aws:backup:eu-central-1:222222222222:backup-vault:offsite"
      lifecycle {
        delete_after = 90
      }
    }
  }
}

resource "aws_backup_selection" "everything" {
  name         = "everything"
  plan_id      = aws_backup_plan.daily.id
  iam_role_arn = "arn:aws:iam::111111111111:role/backup"
  resources    = ["*"]
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

# expect: agent_can_bypass_boundary
resource "aws_iam_role" "agent" {
  name                 = "agent"
  permissions_boundary = aws_iam_policy.boundary.arn
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Action    = ["sts:AssumeRole"]
        Principal = { Service = "ecs-tasks.amazonaws.com" }
      }
    ]
  })
}

resource "aws_iam_role_policy" "agent" {
  name = "agent"
  role = aws_iam_role.agent.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["rds:DeleteDBInstance", "rds:ModifyDBInstance"]
        Resource = ["*"]
      },
      {
        Effect   = "Allow"
        Action   = ["iam:TagRole"]
        Resource = ["arn:aws:iam::111111111111:role/agent"]
      }
    ]
  })
}

resource "aws_iam_policy" "boundary" {
  name = "boundary"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["*"]
        Resource = ["*"]
      },
      {
        Effect    = "Deny"
        Action    = ["rds:DeleteDBInstance", "rds:ModifyDBInstance"]
        Resource  = ["*"]
        Condition = { StringNotEquals = { "aws:PrincipalTag/break-glass" = "true" } }
      }
    ]
  })
}
