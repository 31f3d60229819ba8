# S22b: all four put right, on a plan that does not enforce reviewers for private repositories.
resource "github_repository" "infra" {
  name       = "infra"
  visibility = "private"
}

# expect: apply_without_human (uncertain)
resource "github_repository_environment" "production" {
  repository  = github_repository.infra.name
  environment = "production"

  can_admins_bypass   = false
  prevent_self_review = true

  reviewers {
    teams = [1, 2]
  }

  deployment_branch_policy {
    protected_branches     = true
    custom_branch_policies = false
  }
}

resource "github_team" "agent" {
  name = "coding-agent"
}

resource "github_team_repository" "agent" {
  team_id    = github_team.agent.id
  repository = github_repository.infra.name
  permission = "pull"
}

resource "aws_iam_role" "apply" {
  name = "terraform-apply"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com" }
      Condition = {
        StringEqualsIgnoreCase = { "token.actions.githubusercontent.com:sub" = "repo:acme/infra:environment:production" }
        StringEquals = { "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com" }
      }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "apply" {
  role       = aws_iam_role.apply.name
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}
