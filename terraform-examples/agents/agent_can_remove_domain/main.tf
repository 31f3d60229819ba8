# Out of its organisation, the account keeps none of the organisation's limits.
# expect: agent_can_remove_domain
resource "aws_iam_role" "account_agent" {
  name = "account-agent"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "account_agent" {
  name = "account-agent"
  role = aws_iam_role.account_agent.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["organizations:LeaveOrganization"]
        Resource = ["*"]
      }
    ]
  })
}

# It reads how the organisation is built.
resource "aws_iam_role" "inventory_agent" {
  name = "inventory-agent"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "inventory_agent" {
  name = "inventory-agent"
  role = aws_iam_role.inventory_agent.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["organizations:Describe*", "organizations:List*"]
        Resource = ["*"]
      }
    ]
  })
}
