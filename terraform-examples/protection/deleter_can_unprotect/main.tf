# It may not delete, and it may take away what keeps others from it.
# expect: deleter_can_unprotect, agent_can_weaken_guards, agent_without_boundary
resource "aws_iam_role" "support_agent" {
  name = "support-agent"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "support_agent" {
  name = "support-agent"
  role = aws_iam_role.support_agent.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["rds:Describe*", "rds:ModifyDBInstance"]
        Resource = ["*"]
      },
      {
        Effect   = "Deny"
        Action   = ["rds:DeleteDBInstance"]
        Resource = ["*"]
      }
    ]
  })
}

# It may delete, and what refuses it is out of its reach.
resource "aws_iam_role" "teardown_agent" {
  name = "teardown-agent"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "teardown_agent" {
  name = "teardown-agent"
  role = aws_iam_role.teardown_agent.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["rds:DeleteDBInstance"]
        Resource = ["*"]
      },
      {
        Effect   = "Deny"
        Action   = ["rds:ModifyDBInstance"]
        Resource = ["*"]
      }
    ]
  })
}
