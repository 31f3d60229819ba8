# It lowers costs. The trail costs something too.
# expect: agent_can_stop_audit
resource "aws_iam_role" "cost_agent" {
  name = "cost-agent"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "cost_agent" {
  name = "cost-agent"
  role = aws_iam_role.cost_agent.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["cloudtrail:DescribeTrails", "cloudtrail:StopLogging", "cloudtrail:PutEventSelectors"]
        Resource = ["*"]
      }
    ]
  })
}

resource "aws_cloudtrail" "account" {
  name           = "account"
  s3_bucket_name = "acme-audit"
}

# It reads the trail.
resource "aws_iam_role" "audit_agent" {
  name = "audit-agent"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "audit_agent" {
  name = "audit-agent"
  role = aws_iam_role.audit_agent.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["cloudtrail:LookupEvents", "cloudtrail:GetTrailStatus"]
        Resource = ["*"]
      }
    ]
  })
}
