# S22: two reviewers for show. Who asks may approve, administrators need not ask, and the agent is one.
resource "github_repository" "infra" {
  name       = "infra"
  visibility = "private"
}

# expect: apply_without_human
resource "github_repository_environment" "production" {
  repository  = github_repository.infra.name
  environment = "production"

  reviewers {
    teams = [1, 2]
  }

  deployment_branch_policy {
    protected_branches     = true
    custom_branch_policies = false
  }
}

# expect: agent_can_destroy_data, agent_can_weaken_guards
resource "github_team" "agent" {
  name = "coding-agent"
}

# expect: agent_can_approve
resource "github_team_repository" "agent" {
  team_id    = github_team.agent.id
  repository = github_repository.infra.name
  permission = "admin"
}

# expect: apply_role_unpinned
resource "aws_iam_role" "apply" {
  name = "terraform-apply"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com" }
      Condition = {
        StringLike   = { "token.actions.githubusercontent.com:sub" = "repo:acme/infra:*" }
        StringEquals = { "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com" }
      }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "apply" {
  role       = aws_iam_role.apply.name
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}
