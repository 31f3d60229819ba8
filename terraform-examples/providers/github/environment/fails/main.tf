# An environment that nobody guards, a production secret outside of it, and workflows that approve pull requests.
# expect: apply_without_human
resource "github_repository_environment" "production" {
  repository  = "infra"
  environment = "production"
}

# Of the repository, and not of the environment: every workflow on every branch reads it.
# expect: gate_bypassed_by_api
resource "github_actions_secret" "deploy" {
  repository  = "infra"
  secret_name = "PROD_DEPLOY_KEY"
  value       = var.prod_key
}

# expect: agent_can_approve
resource "github_workflow_repository_permissions" "infra" {
  repository                       = "infra"
  default_workflow_permissions     = "write"
  can_approve_pull_request_reviews = true
}

variable "prod_key" {
  type      = string
  sensitive = true
}
