# One action leaves the boundary of the agent. Nothing is deleted, and the next change will not be refused.
# expect: boundary_changed
resource "aws_iam_policy" "boundary" {
  name = "agent-boundary"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["*"]
        Resource = ["*"]
      },
      {
        Effect   = "Deny"
        Action   = ["rds:Delete*", "iam:*"]
        Resource = ["*"]
      }
    ]
  })
}

resource "aws_iam_role" "report_agent" {
  name                 = "report-agent"
  permissions_boundary = aws_iam_policy.boundary.arn
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "report_agent" {
  name = "report-agent"
  role = aws_iam_role.report_agent.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["rds:DescribeDBInstances", "rds:ListTagsForResource"]
      Resource = ["*"]
    }]
  })
}

# The policy of a worker, which limits no agent.
resource "aws_iam_role" "worker" {
  name = "worker"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "worker" {
  name = "worker"
  role = aws_iam_role.worker.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["rds:DescribeDBInstances", "rds:ListTagsForResource", "rds:DescribeDBSnapshots"]
      Resource = ["*"]
    }]
  })
}

# A new agent, with its limits: nothing that stood is changed.
resource "aws_iam_role" "summary_agent" {
  name                 = "summary-agent"
  permissions_boundary = aws_iam_policy.boundary.arn
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "summary_agent" {
  name = "summary-agent"
  role = aws_iam_role.summary_agent.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["rds:DescribeDBInstances", "rds:ListTagsForResource"]
      Resource = ["*"]
    }]
  })
}

resource "aws_iam_user" "bot" {
  name = "release-bot"
}

resource "aws_iam_group" "readers" {
  name = "readers"
}

resource "aws_iam_group_policy" "readers" {
  name  = "readers"
  group = aws_iam_group.readers.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["rds:DescribeDBInstances"]
      Resource = ["*"]
    }]
  })
}

# An agent joins a group: what the group may do, now and later, it may do.
# expect: boundary_changed
resource "aws_iam_user_group_membership" "bot" {
  user   = aws_iam_user.bot.name
  groups = [aws_iam_group.readers.name]
}
