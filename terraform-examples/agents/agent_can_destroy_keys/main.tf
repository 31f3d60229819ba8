# It rotates keys, and the permission that somebody copied also ends them.
# expect: agent_can_destroy_keys, agent_without_boundary
resource "aws_iam_role" "rotation_agent" {
  name = "rotation-agent"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "rotation_agent" {
  name = "rotation-agent"
  role = aws_iam_role.rotation_agent.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["kms:EnableKeyRotation", "kms:ScheduleKeyDeletion", "kms:DisableKey"]
        Resource = ["arn:aws:kms:eu-central-1:111111111111:key/*"]
      }
    ]
  })
}

resource "aws_kms_key" "orders" {
  description             = "orders"
  deletion_window_in_days = 30

  lifecycle {
    prevent_destroy = true
  }
}

# It reads what the key encrypts.
resource "aws_iam_role" "reading_agent" {
  name = "reading-agent"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "reading_agent" {
  name = "reading-agent"
  role = aws_iam_role.reading_agent.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:DescribeKey"]
        Resource = ["arn:aws:kms:eu-central-1:111111111111:key/*"]
      }
    ]
  })
}

# It switches the key off: nothing that is encrypted with it can be read until somebody switches it on again.
# expect: agent_can_destroy_keys, agent_without_boundary
resource "aws_iam_role" "pausing_agent" {
  name = "pausing-agent"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "pausing_agent" {
  name = "pausing-agent"
  role = aws_iam_role.pausing_agent.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["kms:DisableKey"]
        Resource = ["arn:aws:kms:eu-central-1:111111111111:key/*"]
      }
    ]
  })
}

# A service may use the key on its behalf, for volumes that it attaches.
resource "aws_iam_role" "attaching_agent" {
  name = "attaching-agent"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "attaching_agent" {
  name = "attaching-agent"
  role = aws_iam_role.attaching_agent.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Action    = ["kms:CreateGrant"]
        Resource  = ["arn:aws:kms:eu-central-1:111111111111:key/*"]
        Condition = { Bool = { "kms:GrantIsForAWSResource" = "true" } }
      }
    ]
  })
}
