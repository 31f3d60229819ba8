terraform {
  backend "s3" {
    bucket       = "acme-terraform-state"
    key          = "shop/terraform.tfstate"
    region       = "eu-central-1"
    use_lockfile = true
  }
}

provider "aws" {
  region              = "eu-central-1"
  allowed_account_ids = ["111111111111"]
}

# Somebody must approve what the pipeline applies. The agent needs no pipeline.
# expect: gate_bypassed_by_api
resource "github_repository_environment" "production" {
  repository          = "shop-infra"
  environment         = "production"
  prevent_self_review = true
  can_admins_bypass   = false

  reviewers {
    teams = [github_team.operators.id]
  }
}

resource "github_team" "operators" {
  name = "operators"
}

# expect: backup_in_same_domain
resource "aws_dynamodb_table" "carts" {
  name                        = "carts"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "id"
  deletion_protection_enabled = true

  attribute {
    name = "id"
    type = "S"
  }

  point_in_time_recovery {
    enabled = true
  }

  lifecycle {
    prevent_destroy = true
  }
}

# expect: agent_can_destroy_data, agent_without_boundary
resource "aws_iam_role" "codex" {
  name = "codex"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "codex" {
  name = "codex"
  role = aws_iam_role.codex.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["dynamodb:BatchWriteItem"]
        Resource = ["arn:aws:dynamodb:eu-central-1:111111111111:table/carts"]
      }
    ]
  })
}

# It reads, and asks for the rest.
resource "aws_iam_role" "copilot" {
  name = "copilot"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "copilot" {
  name = "copilot"
  role = aws_iam_role.copilot.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["dynamodb:DescribeTable"]
        Resource = ["*"]
      }
    ]
  })
}
