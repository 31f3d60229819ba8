# Whoever administers the repository deletes it; whoever pushes to it reads its secrets.
resource "github_repository" "infra" {
  name = "infra"
}

# expect: agent_can_destroy_data, agent_can_weaken_guards
resource "github_team" "agent" {
  name = "copilot"
}

# expect: agent_can_approve
resource "github_team_repository" "agent" {
  team_id    = github_team.agent.id
  repository = github_repository.infra.name
  permission = "admin"
}

# expect: credential_never_expires
resource "github_repository_deploy_key" "agent" {
  title      = "cursor"
  repository = github_repository.infra.name
  key        = "ssh-ed25519 AAAA"
  read_only  = false
}
