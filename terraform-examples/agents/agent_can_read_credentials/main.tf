# It reads the password of production's database, and the state that holds all others.
# expect: agent_can_read_credentials
resource "aws_iam_role" "debug_agent" {
  name = "debug-agent"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "debug_agent" {
  name = "debug-agent"
  role = aws_iam_role.debug_agent.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["secretsmanager:GetSecretValue"]
        Resource = ["*"]
      },
      {
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = ["arn:aws:s3:::acme-terraform-state/*"]
      }
    ]
  })
}

resource "aws_secretsmanager_secret" "payments" {
  name                    = "payments-token"
  recovery_window_in_days = 30

  lifecycle {
    prevent_destroy = true
  }
}

# It reads the secret of its own task.
resource "aws_iam_role" "docs_agent" {
  name = "docs-agent"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "docs_agent" {
  name = "docs-agent"
  role = aws_iam_role.docs_agent.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["secretsmanager:GetSecretValue"]
        Resource = ["arn:aws:secretsmanager:eu-central-1:111111111111:secret:docs-agent-*"]
      }
    ]
  })
}
