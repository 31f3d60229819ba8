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
