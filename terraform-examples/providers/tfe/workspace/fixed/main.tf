# The agent's team reads; no destroy run is accepted, and a policy that nobody overrides looks at every plan.
resource "tfe_workspace" "prod" {
  name               = "prod-db"
  organization       = "acme"
  auto_apply         = false
  allow_destroy_plan = false

  lifecycle {
    prevent_destroy = true
  }
}

resource "tfe_team" "agent" {
  name         = "coding-agent"
  organization = "acme"
}

resource "tfe_team_access" "agent" {
  team_id      = tfe_team.agent.id
  workspace_id = tfe_workspace.prod.id
  access       = "read"
}

resource "tfe_policy" "no_data_loss" {
  name         = "deny-store-deletion"
  organization = "acme"
  kind         = "opa"
  query        = "data.terraform.deny"
  policy       = "package terraform\n"
  enforce_mode = "mandatory"
}

resource "tfe_team_token" "agent" {
  team_id    = tfe_team.agent.id
  expired_at = "2026-12-22T00:00:00Z"
}
