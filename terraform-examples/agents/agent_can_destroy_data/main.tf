# It may delete the database, and first turn off what would refuse. Its list of permissions is the only thing in the way.
# expect: agent_can_destroy_data, agent_can_weaken_guards, agent_without_boundary, deleter_can_unprotect
resource "aws_iam_role" "cursor" {
  name = "cursor"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

data "aws_iam_policy_document" "cursor" {
  statement {
    actions   = ["rds:ModifyDBInstance", "rds:DeleteDBInstance"]
    resources = ["arn:aws:rds:eu-central-1:111111111111:db:orders"]
  }
}

resource "aws_iam_role_policy" "cursor" {
  name   = "cursor"
  role   = aws_iam_role.cursor.id
  policy = data.aws_iam_policy_document.cursor.json
}

# Its own policy reads, and it may become a role that does not.
# expect: agent_can_destroy_data, agent_can_destroy_copies, agent_can_weaken_guards, deleter_can_unprotect
resource "aws_iam_role" "claude" {
  name = "claude"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "claude" {
  name = "claude"
  role = aws_iam_role.claude.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["rds:DescribeDBInstances", "cloudwatch:GetMetricData", "logs:GetLogEvents"]
        Resource = ["*"]
      },
      {
        Effect   = "Allow"
        Action   = ["sts:AssumeRole"]
        Resource = ["arn:aws:iam::111111111111:role/operator*"]
      }
    ]
  })
}

# Trusts the whole account: whoever in it may assume roles of this name is let in.
resource "aws_iam_role" "operator" {
  name = "operator-production"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = "arn:aws:iam::111111111111:root" }
    }]
  })
}

resource "aws_iam_role_policy" "operator" {
  name = "operator"
  role = aws_iam_role.operator.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["rds:*"]
        Resource = ["*"]
      }
    ]
  })
}

# An agent that reads.
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
        Action   = ["rds:DescribeDBInstances", "cloudwatch:GetMetricData", "logs:GetLogEvents"]
        Resource = ["*"]
      }
    ]
  })
}

# May delete the database of another account, which is nobody's production.
resource "aws_iam_role" "devin" {
  name = "devin"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "devin" {
  name = "devin"
  role = aws_iam_role.devin.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["rds:*"]
        Resource = ["arn:aws:rds:*:333333333333:db:*"]
      }
    ]
  })
}

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

# Deletion protection refuses to delete the table. It says nothing about the items.
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
