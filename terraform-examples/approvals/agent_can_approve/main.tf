# The agents' team is asked, and answers itself.
# expect: agent_can_approve
resource "github_repository_environment" "production" {
  repository          = "shop-infra"
  environment         = "production"
  prevent_self_review = true
  can_admins_bypass   = false

  reviewers {
    teams = [github_team.agents.id, github_team.operators.id]
  }
}

# A team of people, until one looks who is in it.
# expect: agent_can_approve
resource "github_repository_environment" "production_eu" {
  repository          = "shop-infra"
  environment         = "production-eu"
  prevent_self_review = true
  can_admins_bypass   = false

  reviewers {
    teams = [github_team.releases.id]
  }
}

resource "github_repository_environment" "production_us" {
  repository          = "shop-infra"
  environment         = "production-us"
  prevent_self_review = true
  can_admins_bypass   = false

  reviewers {
    teams = [github_team.operators.id]
  }
}

resource "github_team" "agents" {
  name = "agents"
}

resource "github_team" "operators" {
  name = "operators"
}

resource "github_team" "releases" {
  name = "releases"
}

resource "github_team_membership" "maria" {
  team_id  = github_team.operators.id
  username = "maria"
}

resource "github_team_membership" "release" {
  team_id  = github_team.releases.id
  username = "claude-release"
}

# The rule holds for everybody but an app: that is the provider's own example.
# expect: agent_can_approve
resource "github_repository_ruleset" "main" {
  name        = "main"
  repository  = "shop-infra"
  target      = "branch"
  enforcement = "active"

  conditions {
    ref_name {
      include = ["~DEFAULT_BRANCH"]
      exclude = []
    }
  }

  bypass_actors {
    actor_id    = 13473
    actor_type  = "Integration"
    bypass_mode = "always"
  }

  rules {
    pull_request {
      required_approving_review_count = 1
      require_code_owner_review       = true
    }
  }
}

resource "github_branch_protection" "release" {
  repository_id  = "shop-infra"
  pattern        = "release/*"
  enforce_admins = true

  required_pull_request_reviews {
    required_approving_review_count = 1
    require_code_owner_reviews      = true
    pull_request_bypassers          = ["/maria"]
  }
}

# The token of a workflow approves pull requests, so an agent that runs in one approves its own.
# expect: agent_can_approve
resource "github_workflow_repository_permissions" "infra" {
  repository                       = "shop-infra"
  default_workflow_permissions     = "read"
  can_approve_pull_request_reviews = true
}

resource "github_workflow_repository_permissions" "shop" {
  repository                       = "shop"
  default_workflow_permissions     = "read"
  can_approve_pull_request_reviews = false
}
