# Every plan that succeeds is applied, also the one that deletes.
# expect: applies_automatically
resource "tfe_workspace" "shop" {
  name               = "shop-production"
  organization       = "acme"
  auto_apply         = true
  allow_destroy_plan = false

  lifecycle {
    prevent_destroy = true
  }
}

# Whoever changes the network's workspace applies here.
# expect: applies_automatically
resource "tfe_workspace" "carts" {
  name                   = "carts-production"
  organization           = "acme"
  auto_apply_run_trigger = true
  allow_destroy_plan     = false

  lifecycle {
    prevent_destroy = true
  }
}

# The workspace says nothing, and its settings do.
resource "tfe_workspace" "ledger" {
  name               = "ledger-production"
  organization       = "acme"
  allow_destroy_plan = false

  lifecycle {
    prevent_destroy = true
  }
}

# expect: applies_automatically
resource "tfe_workspace_settings" "ledger" {
  workspace_id = tfe_workspace.ledger.id
  auto_apply   = true
}

resource "tfe_workspace" "orders" {
  name               = "orders-production"
  organization       = "acme"
  auto_apply         = false
  allow_destroy_plan = false

  lifecycle {
    prevent_destroy = true
  }
}

# OPA policies are advisory where nothing is written: the run goes on.
# expect: applies_automatically
resource "tfe_policy" "no_data_loss" {
  name         = "no-data-loss"
  organization = "acme"
  kind         = "opa"
  query        = "data.terraform.deny"
  policy       = "package terraform\n"
}

# expect: applies_automatically
resource "spacelift_stack" "shop" {
  name                  = "shop-production"
  repository            = "shop-infra"
  branch                = "main"
  autodeploy            = true
  protect_from_deletion = true
}

# It deploys by itself, once the policy that its label attaches has approved.
resource "spacelift_stack" "ledger" {
  name                  = "ledger-production"
  repository            = "ledger-infra"
  branch                = "main"
  labels                = ["money"]
  autodeploy            = true
  protect_from_deletion = true
}

resource "spacelift_policy" "two_people" {
  name   = "two-people"
  type   = "APPROVAL"
  labels = ["autoattach:money"]
  body   = "package spacelift\n\napprove { count(input.reviews.current.approvals) > 1 }\n"
}
