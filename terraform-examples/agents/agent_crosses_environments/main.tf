# Made for staging, and its policy names no environment.
# expect: agent_crosses_environments, agent_can_destroy_copies, agent_without_boundary
resource "aws_iam_role" "agent_staging" {
  name = "agent-staging"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "agent_staging" {
  name = "agent-staging"
  role = aws_iam_role.agent_staging.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["rds:DeleteDBSnapshot", "rds:DeleteDBInstanceAutomatedBackup"]
        Resource = ["*"]
      }
    ]
  })
}

# Made for staging, and it stays there.
resource "aws_iam_role" "worker_agent_staging" {
  name = "worker-agent-staging"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "worker_agent_staging" {
  name = "worker-agent-staging"
  role = aws_iam_role.worker_agent_staging.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["rds:*"]
        Resource = ["arn:aws:rds:eu-central-1:111111111111:db:staging-*"]
      }
    ]
  })
}
