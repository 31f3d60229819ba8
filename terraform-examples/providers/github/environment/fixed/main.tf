# A team reviews, nobody reviews their own, administrators wait too, and the secret is the environment's.
resource "github_repository_environment" "production" {
  repository          = "infra"
  environment         = "production"
  can_admins_bypass   = false
  prevent_self_review = true

  reviewers {
    teams = [var.sre_team_id]
  }

  deployment_branch_policy {
    protected_branches     = true
    custom_branch_policies = false
  }
}

resource "github_actions_environment_secret" "deploy" {
  repository  = "infra"
  environment = github_repository_environment.production.environment
  secret_name = "PROD_DEPLOY_KEY"
  value       = var.prod_key
}

resource "github_workflow_repository_permissions" "infra" {
  repository                       = "infra"
  default_workflow_permissions     = "read"
  can_approve_pull_request_reviews = false
}

variable "sre_team_id" {
  type = number
}

variable "prod_key" {
  type      = string
  sensitive = true
}
