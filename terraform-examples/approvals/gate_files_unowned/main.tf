# The workflow beside this file applies in this environment. Its line in CODEOWNERS has no owner, so whoever opens a pull request
# takes the environment out of it.
# expect: gate_files_unowned at itself
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

# A review is asked for, and not that of whoever owns the files.
# expect: gate_files_unowned
resource "github_branch_protection" "main" {
  repository_id  = "shop-infra"
  pattern        = "main"
  enforce_admins = true

  required_pull_request_reviews {
    required_approving_review_count = 1
  }
}
