# It cleans up old snapshots, and nobody said which.
# expect: agent_can_destroy_copies, agent_without_boundary
resource "aws_iam_role" "cleanup_agent" {
  name = "cleanup-agent"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "cleanup_agent" {
  name = "cleanup-agent"
  role = aws_iam_role.cleanup_agent.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["rds:DescribeDBSnapshots", "rds:DeleteDBSnapshot", "rds:DeleteDBInstanceAutomatedBackup"]
        Resource = ["*"]
      }
    ]
  })
}

# It makes snapshots.
resource "aws_iam_role" "snapshot_agent" {
  name = "snapshot-agent"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "snapshot_agent" {
  name = "snapshot-agent"
  role = aws_iam_role.snapshot_agent.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["rds:DescribeDBSnapshots", "rds:CreateDBSnapshot"]
        Resource = ["*"]
      }
    ]
  })
}
