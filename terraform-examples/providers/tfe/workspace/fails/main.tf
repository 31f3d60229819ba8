# An agent's team applies in production, and a destroy run is one call away.
# expect: applies_automatically, deletion_protection_off, force_destroy_on
resource "tfe_workspace" "prod" {
  name         = "prod-db"
  organization = "acme"
  auto_apply   = true
  force_delete = true # allow_destroy_plan is not written: destroy runs are allowed
}

# expect: agent_can_destroy_data
resource "tfe_team" "agent" {
  name         = "coding-agent"
  organization = "acme"
}

# expect: agent_can_approve
resource "tfe_team_access" "agent" {
  team_id      = tfe_team.agent.id
  workspace_id = tfe_workspace.prod.id
  access       = "write"
}

# Ends after 24 months, where nothing is written.
resource "tfe_team_token" "agent" {
  team_id = tfe_team.agent.id
}
