# Only a list of what it may do stands between it and the snapshots.
# expect: agent_without_boundary, agent_can_destroy_copies
resource "aws_iam_role" "bare_agent" {
  name = "bare-agent"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "bare_agent" {
  name = "bare-agent"
  role = aws_iam_role.bare_agent.id
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

# Its boundary forgets what deletes backups.
# expect: agent_without_boundary, agent_can_destroy_copies
resource "aws_iam_role" "half_agent" {
  name                 = "half-agent"
  permissions_boundary = aws_iam_policy.forgetful.arn
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "half_agent" {
  name = "half-agent"
  role = aws_iam_role.half_agent.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["rds:DeleteDBSnapshot", "rds:DeleteDBInstanceAutomatedBackup", "rds:DeleteDBInstance"]
        Resource = ["*"]
      }
    ]
  })
}

resource "aws_iam_policy" "forgetful" {
  name = "forgetful"
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
        Action   = ["rds:DeleteDBInstance", "rds:ModifyDBInstance"]
        Resource = ["*"]
      }
    ]
  })
}

# The same permissions under a boundary that denies them: nothing that it does destroys.
resource "aws_iam_role" "bound_agent" {
  name                 = "bound-agent"
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

resource "aws_iam_role_policy" "bound_agent" {
  name = "bound-agent"
  role = aws_iam_role.bound_agent.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["rds:DeleteDBSnapshot", "rds:DeleteDBInstanceAutomatedBackup", "rds:DeleteDBInstance"]
        Resource = ["*"]
      }
    ]
  })
}

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
        Action   = ["rds:Delete*", "rds:Modify*", "rds:Stop*", "iam:*", "organizations:*", "kms:ScheduleKeyDeletion", "kms:PutKeyPolicy", "backup:Delete*", "backup:Put*"]
        Resource = ["*"]
      }
    ]
  })
}
