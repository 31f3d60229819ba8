# Nobody wrote down what it needs.
# expect: agent_holds_admin, agent_can_destroy_data, agent_without_boundary
resource "aws_iam_role" "mcp" {
  name = "mcp"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "mcp" {
  role       = aws_iam_role.mcp.name
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}

# As wide, and a boundary that it cannot change takes away what destroys: of low severity, and still said.
# expect: agent_holds_admin
resource "aws_iam_role" "llm" {
  name                 = "llm"
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

resource "aws_iam_role_policy_attachment" "llm" {
  role       = aws_iam_role.llm.name
  policy_arn = "arn:aws:iam::aws:policy/PowerUserAccess"
}

resource "aws_iam_policy" "boundary" {
  name = "agent-boundary"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["rds:Describe*", "logs:*", "ecs:*"]
        Resource = ["*"]
      }
    ]
  })
}

# What its task needs, on what it is about.
resource "aws_iam_role" "bot" {
  name = "bot"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "bot" {
  name = "bot"
  role = aws_iam_role.bot.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["rds:DescribeDBInstances", "ecs:UpdateService"]
        Resource = ["*"]
      }
    ]
  })
}
