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

resource "aws_db_snapshot" "before_migration" {
  db_instance_identifier = aws_db_instance.orders.identifier
  db_snapshot_identifier = "before-migration"
}

# It deletes one snapshot, by its name.
# expect: agent_can_destroy_copies, agent_without_boundary
resource "aws_iam_role" "tidy_agent" {
  name = "tidy-agent"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "tidy_agent" {
  name = "tidy-agent"
  role = aws_iam_role.tidy_agent.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["rds:DeleteDBSnapshot"]
        Resource = ["arn:aws:rds:eu-central-1:111111111111:snapshot:before-migration"]
      }
    ]
  })
}

# What it may do to databases of other names is nothing about snapshots.
resource "aws_iam_role" "scratch_agent" {
  name = "scratch-agent"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "scratch_agent" {
  name = "scratch-agent"
  role = aws_iam_role.scratch_agent.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["rds:*"]
        Resource = ["arn:aws:rds:*:*:db:scratch-*"]
      }
    ]
  })
}
