# A pull request about snapshots. One line of it lets the agent delete them.
# expect: agent_gains_power, agent_can_destroy_copies, agent_without_boundary
resource "aws_iam_role" "report_agent" {
  name = "report-agent"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

# expect: boundary_changed
resource "aws_iam_role_policy" "report_agent" {
  name = "report-agent"
  role = aws_iam_role.report_agent.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["rds:DescribeDBInstances", "rds:ListTagsForResource", "rds:DeleteDBInstanceAutomatedBackup"]
      Resource = ["*"]
    }]
  })
}

# Gains a permission to read.
resource "aws_iam_role" "summary_agent" {
  name = "summary-agent"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

# expect: boundary_changed
resource "aws_iam_role_policy" "summary_agent" {
  name = "summary-agent"
  role = aws_iam_role.summary_agent.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["rds:DescribeDBInstances", "rds:ListTagsForResource", "rds:DescribeDBSnapshots"]
      Resource = ["*"]
    }]
  })
}
