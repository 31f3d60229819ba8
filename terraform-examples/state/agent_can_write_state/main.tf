# It repairs states. What it writes is what the next apply believes.
# Whose account the bucket is in is not among the inputs.
# expect: agent_can_write_state (uncertain)
resource "aws_iam_role" "terraform_agent" {
  name = "terraform-agent"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "terraform_agent" {
  name = "terraform-agent"
  role = aws_iam_role.terraform_agent.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["s3:PutObject", "s3:ListBucket"]
        Resource = ["arn:aws:s3:::acme-terraform-state", "arn:aws:s3:::acme-terraform-state/*"]
      }
    ]
  })
}

# It writes its own plans, beside the states.
resource "aws_iam_role" "planning_agent" {
  name = "planning-agent"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "planning_agent" {
  name = "planning-agent"
  role = aws_iam_role.planning_agent.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["s3:PutObject"]
        Resource = ["arn:aws:s3:::acme-plans/*"]
      }
    ]
  })
}
