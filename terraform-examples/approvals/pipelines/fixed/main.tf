# The workflow applies a saved plan in an environment where somebody else must approve, and people own both.
resource "aws_kms_key" "orders" {
  description = "orders"

  lifecycle {
    prevent_destroy = true
  }
}

resource "github_repository_environment" "production" {
  repository          = "shop-infra"
  environment         = "production"
  prevent_self_review = true
  can_admins_bypass   = false

  reviewers {
    teams = [github_team.operators.id]
  }
}

resource "github_team" "operators" {
  name = "operators"
}

resource "github_branch_protection" "main" {
  repository_id  = "shop-infra"
  pattern        = "main"
  enforce_admins = true

  required_pull_request_reviews {
    required_approving_review_count = 1
    require_code_owner_reviews      = true
  }
}
