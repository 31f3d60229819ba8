# A database that all is done for: encrypted, protected, backed up every night. And one role of an agent whose policy names every
# resource by its ARN, as reviewers like it, and allows just enough to delete all of it.
terraform {
  backend "s3" {
    bucket       = "shop-terraform-state"
    key          = "orders.tfstate"
    region       = "eu-west-1"
    use_lockfile = true
  }
}

provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["111111111111"]
}

# expect: backup_in_same_domain
resource "aws_db_instance" "orders" {
  identifier                = "orders"
  engine                    = "postgres"
  instance_class            = "db.t3.medium"
  allocated_storage         = 50
  storage_encrypted         = true
  deletion_protection       = true
  backup_retention_period   = 14
  delete_automated_backups  = false
  final_snapshot_identifier = "orders-last"

  lifecycle {
    prevent_destroy = true
  }
}

# expect: agent_can_destroy_copies, agent_can_destroy_data, agent_can_weaken_guards, agent_without_boundary
# expect: deleter_can_unprotect, one_identity_destroys_all
resource "aws_iam_role" "agent" {
  name = "coding-agent"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = "arn:aws:iam::111111111111:role/developer-workspaces" }
    }]
  })
}

resource "aws_iam_role_policy" "agent" {
  name = "maintenance"
  role = aws_iam_role.agent.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["rds:ModifyDBInstance", "rds:DeleteDBInstance"]
        Resource = "arn:aws:rds:eu-west-1:111111111111:db:orders"
      },
      {
        Effect = "Allow"
        Action = ["rds:DeleteDBSnapshot", "rds:DeleteDBInstanceAutomatedBackup"]
        Resource = [
          "arn:aws:rds:eu-west-1:111111111111:snapshot:orders-*",
          "arn:aws:rds:eu-west-1:111111111111:auto-backup:*",
        ]
      },
    ]
  })
}
