# Deletion is denied for what is tagged as production, and the agent may take the tag off.
# expect: agent_can_bypass_boundary
resource "aws_iam_role" "tag_agent" {
  name                 = "tag-agent"
  permissions_boundary = aws_iam_policy.by_tag.arn
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "tag_agent" {
  name = "tag-agent"
  role = aws_iam_role.tag_agent.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["rds:DeleteDBInstance", "rds:ModifyDBInstance", "rds:RemoveTagsFromResource"]
        Resource = ["*"]
      }
    ]
  })
}

resource "aws_iam_policy" "by_tag" {
  name = "by-tag"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["*"]
        Resource = ["*"]
      },
      {
        Effect    = "Deny"
        Action    = ["rds:DeleteDBInstance", "rds:ModifyDBInstance"]
        Resource  = ["*"]
        Condition = { StringEquals = { "aws:ResourceTag/env" = "prod" } }
      }
    ]
  })
}

# The same deny, and the tags are out of its reach.
resource "aws_iam_role" "kept_agent" {
  name                 = "kept-agent"
  permissions_boundary = aws_iam_policy.kept.arn
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "kept_agent" {
  name = "kept-agent"
  role = aws_iam_role.kept_agent.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["rds:DeleteDBInstance", "rds:ModifyDBInstance"]
        Resource = ["*"]
      }
    ]
  })
}

resource "aws_iam_policy" "kept" {
  name = "kept"
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
        Action   = ["rds:AddTagsToResource", "rds:RemoveTagsFromResource", "iam:*"]
        Resource = ["*"]
      },
      {
        Effect    = "Deny"
        Action    = ["rds:DeleteDBInstance", "rds:ModifyDBInstance"]
        Resource  = ["*"]
        Condition = { StringEquals = { "aws:ResourceTag/env" = "prod" } }
      }
    ]
  })
}
