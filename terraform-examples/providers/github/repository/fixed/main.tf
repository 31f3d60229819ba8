# The team pushes, and branches are protected elsewhere; a job gets an App's token, which ends after an hour.
resource "github_repository" "infra" {
  name = "infra"
}

resource "github_team" "agent" {
  name = "copilot"
}

resource "github_team_repository" "agent" {
  team_id    = github_team.agent.id
  repository = github_repository.infra.name
  permission = "push"
}
