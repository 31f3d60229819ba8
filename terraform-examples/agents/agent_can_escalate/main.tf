# Narrow, and it may write new versions of the policy that makes it narrow.
# expect: agent_can_escalate
resource "aws_iam_role" "agent_own" {
  name = "agent-own"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_policy" "agent_own" {
  name = "agent-own"
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
        Action   = ["iam:CreatePolicyVersion"]
        Resource = ["arn:aws:iam::111111111111:policy/agent-*"]
      }
    ]
  })
}

resource "aws_iam_role_policy_attachment" "agent_own" {
  role       = aws_iam_role.agent_own.name
  policy_arn = aws_iam_policy.agent_own.arn
}

# It may start a function with a role that can do more than it can.
# expect: agent_can_escalate
resource "aws_iam_role" "agent_pass" {
  name = "agent-pass"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "agent_pass" {
  name = "agent-pass"
  role = aws_iam_role.agent_pass.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["lambda:CreateFunction", "lambda:InvokeFunction"]
        Resource = ["*"]
      },
      {
        Effect   = "Allow"
        Action   = ["iam:PassRole"]
        Resource = ["arn:aws:iam::111111111111:role/maintenance"]
      }
    ]
  })
}

resource "aws_iam_role" "maintenance" {
  name = "maintenance"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "maintenance" {
  name = "maintenance"
  role = aws_iam_role.maintenance.id
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

# It may pass one role, which can do nothing that it cannot.
resource "aws_iam_role" "agent_plain" {
  name = "agent-plain"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "agent_plain" {
  name = "agent-plain"
  role = aws_iam_role.agent_plain.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["lambda:CreateFunction", "lambda:InvokeFunction"]
        Resource = ["*"]
      },
      {
        Effect   = "Allow"
        Action   = ["iam:PassRole"]
        Resource = ["arn:aws:iam::111111111111:role/worker"]
      }
    ]
  })
}

resource "aws_iam_role" "worker" {
  name = "worker"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "worker" {
  name = "worker"
  role = aws_iam_role.worker.id
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
