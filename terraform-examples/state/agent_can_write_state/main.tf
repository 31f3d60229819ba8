# It repairs states. What it writes is what the next apply believes.
# The bucket is not among the inputs. Its name is, and the backend acts with the same credentials as everything else here.
# expect: agent_can_write_state
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

# It rolls states back, from inside a network that Terraform does not show.
# expect: agent_can_write_state (uncertain)
resource "aws_iam_role" "rollback_agent" {
  name = "rollback-agent"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "rollback_agent" {
  name = "rollback-agent"
  role = aws_iam_role.rollback_agent.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Action    = ["s3:DeleteObjectVersion"]
        Resource  = ["arn:aws:s3:::acme-terraform-state/*"]
        Condition = { StringEquals = { "aws:SourceVpce" = "vpce-0a1b2c3d" } }
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
