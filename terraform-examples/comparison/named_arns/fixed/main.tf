# The same database and the same role, whose policy allows a restart and tags, and nothing that destroys.
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

# expect from a plan alone: backup_in_same_domain
# allow: backup_in_same_domain (the backup account copies it, from a root module of its own)
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
        Action   = ["rds:RebootDBInstance"]
        Resource = "arn:aws:rds:eu-west-1:111111111111:db:orders"
      },
      {
        Effect = "Allow"
        Action = ["rds:AddTagsToResource"]
        Resource = [
          "arn:aws:rds:eu-west-1:111111111111:snapshot:orders-*",
          "arn:aws:rds:eu-west-1:111111111111:auto-backup:*",
        ]
      },
    ]
  })
}
