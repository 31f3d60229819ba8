# It tunes the database. The same call turns deletion protection off and sets the retention of backups to zero.
# expect: agent_can_weaken_guards, agent_without_boundary, deleter_can_unprotect
resource "aws_iam_role" "tuning_agent" {
  name = "tuning-agent"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "tuning_agent" {
  name = "tuning-agent"
  role = aws_iam_role.tuning_agent.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["rds:DescribeDBInstances", "rds:ModifyDBInstance"]
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

# It restarts the database.
resource "aws_iam_role" "restart_agent" {
  name = "restart-agent"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "restart_agent" {
  name = "restart-agent"
  role = aws_iam_role.restart_agent.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["rds:DescribeDBInstances", "rds:RebootDBInstance"]
        Resource = ["*"]
      }
    ]
  })
}
