# Where the applying job runs. Nobody is asked: a branch policy says which branch may deploy, and not who decides.
# expect: apply_without_human
resource "github_repository_environment" "production" {
  repository  = "shop-infra"
  environment = "production"
  wait_timer  = 30

  deployment_branch_policy {
    protected_branches     = true
    custom_branch_policies = false
  }
}

# Somebody is asked, and may be whoever asks; administrators need not ask at all, which is the default.
# expect: apply_without_human
resource "github_repository_environment" "production_eu" {
  repository  = "shop-infra"
  environment = "production-eu"

  reviewers {
    teams = [github_team.operators.id]
  }
}

# Somebody else must approve, and nobody passes by.
resource "github_repository_environment" "production_us" {
  repository          = "shop-infra"
  environment         = "production-us"
  prevent_self_review = true
  can_admins_bypass   = false

  reviewers {
    teams = [github_team.operators.id]
  }
}

# Nobody cries over staging.
resource "github_repository_environment" "staging" {
  repository  = "shop-infra"
  environment = "staging"
}

# Nothing is applied to where the pages are published, as far as its name tells.
resource "github_repository_environment" "pages" {
  repository  = "shop-infra"
  environment = "pages"
}

resource "github_team" "operators" {
  name = "operators"
}

# Rules that nobody wrote ask for no approval.
# expect: apply_without_human
resource "gitlab_project_protected_environment" "production" {
  project     = "shop/infra"
  environment = "production"

  deploy_access_levels_attribute = [{
    access_level = "maintainer"
  }]
}

resource "gitlab_project_protected_environment" "production_us" {
  project     = "shop/infra"
  environment = "production-us"

  deploy_access_levels_attribute = [{
    access_level = "maintainer"
  }]

  approval_rules = [{
    access_level       = "maintainer"
    required_approvals = 2
  }]
}

# A run waits to be confirmed, by whoever started it.
# expect: apply_without_human
resource "spacelift_stack" "shop" {
  name                  = "shop-production"
  repository            = "shop-infra"
  branch                = "main"
  protect_from_deletion = true
}

# A policy decides who must approve.
resource "spacelift_stack" "ledger" {
  name                  = "ledger-production"
  repository            = "ledger-infra"
  branch                = "main"
  protect_from_deletion = true
}

resource "spacelift_policy" "two_people" {
  name = "two-people"
  type = "APPROVAL"
  body = "package spacelift\n\napprove { count(input.reviews.current.approvals) > 1 }\n"
}

resource "spacelift_policy_attachment" "ledger" {
  policy_id = spacelift_policy.two_people.id
  stack_id  = spacelift_stack.ledger.id
}
