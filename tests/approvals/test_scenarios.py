"""Whole cases: a gate that is theatre, the same gate as it should be, and who passes it by."""

from __future__ import annotations

from pathlib import Path

from policypack.catalog import Catalog
from policypack.catalog.compile import compiled
from tests.approvals.judging import findings, picture, said

THEATRE = """resource "github_repository_environment" "production" {
  repository  = "r"
  environment = "production"
  reviewers {
    users = [1001, 1002]
  }
}

resource "github_repository_ruleset" "main" {
  name        = "main"
  repository  = "r"
  target      = "branch"
  enforcement = "active"
  bypass_actors {
    actor_id    = 4711
    actor_type  = "Integration"
    bypass_mode = "always"
  }
  rules {
    pull_request {
      required_approving_review_count = 1
    }
  }
}

resource "aws_iam_role" "apply" {
  name = "apply"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com" }
      Condition = { StringLike = { "token.actions.githubusercontent.com:sub" = "repo:o/r:*" } }
    }]
  })
}
"""


def right(hcl: str) -> str:
    """The same with all of it put right."""
    return (
        hcl.replace(
            'environment = "production"\n',
            'environment = "production"\n  prevent_self_review = true\n  can_admins_bypass = false\n',
        )
        .replace('"Integration"', '"RepositoryRole"')
        .replace('"repo:o/r:*"', '"repo:o/r:environment:production"')
    )


def test_approval_theatre_is_found_in_all_its_parts(tmp_path: Path) -> None:
    """S22: reviewers who may review themselves, an app that passes by, and a trust in every run of the repository."""
    assert said(picture(tmp_path, THEATRE)) == {
        "apply_without_human github_repository_environment.production",
        "agent_can_approve github_repository_ruleset.main",
        "apply_role_unpinned aws_iam_role.apply",
    }


def test_a_gate_on_a_plan_that_may_not_serve_it_is_a_doubt(tmp_path: Path) -> None:
    """S22b: all four right, in a private repository, whose reviewers only some plans serve."""
    private = 'resource "github_repository" "r" {\n  name = "r"\n  visibility = "private"\n}\n'
    seen = picture(tmp_path, right(THEATRE) + private)
    assert said(seen) == {"apply_without_human github_repository_environment.production ?"}
    (finding,) = findings(seen)
    assert "GitHub Enterprise" in finding.because[-1].text


def test_a_gate_put_right_is_quiet(tmp_path: Path) -> None:
    """All four right, in a public repository."""
    public = 'resource "github_repository" "r" {\n  name = "r"\n  visibility = "public"\n}\n'
    assert said(picture(tmp_path, right(THEATRE) + public)) == set()


DATA = """provider "aws" {
  allowed_account_ids = ["111111111111"]
  region              = "eu-central-1"
}
resource "aws_dynamodb_table" "carts" {
  name = "carts"
}
resource "aws_iam_role" "agent" {
  name               = "cursor"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }] })
}
resource "aws_iam_role_policy" "agent" {
  name   = "agent"
  role   = aws_iam_role.agent.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "ACTION", Resource = "*" }] })
}
"""


def test_a_gate_is_not_credited_where_an_agent_needs_none(tmp_path: Path) -> None:
    """APR-07: the approval holds, and the agent deletes through the API. Without that right, the gate stands."""
    gate = right(THEATRE.partition('resource "aws_iam_role"')[0])
    bypassed = picture(tmp_path, gate + DATA.replace("ACTION", "dynamodb:DeleteTable"))
    assert said(bypassed) == {"gate_bypassed_by_api github_repository_environment.production"}
    assert "aws_iam_role.agent" in findings(bypassed)[0].message
    assert said(picture(tmp_path, gate + DATA.replace("ACTION", "dynamodb:DescribeTable"))) == set()


def test_a_gate_that_does_not_hold_is_not_said_to_be_bypassed(tmp_path: Path) -> None:
    """What is no gate needs nobody who passes it by: one cause, one finding."""
    gate = THEATRE.partition('resource "github_repository_ruleset"')[0]
    found = said(picture(tmp_path, gate + DATA.replace("ACTION", "dynamodb:DeleteTable")))
    assert found == {"apply_without_human github_repository_environment.production"}


def test_a_token_without_scopes_passes_by_every_gate(tmp_path: Path) -> None:
    """Whoever finds a platform's token that may do everything deletes what lies there, reviewers or not."""
    gate = right(THEATRE.partition('resource "github_repository_ruleset"')[0])
    railway = """variable "token" {}
provider "railway" {
  token = var.token
}
resource "railway_service" "db" {
  name       = "db"
  project_id = "p"
  volume     = { name = "data", mount_path = "/data" }
}
"""
    assert said(picture(tmp_path, gate + railway)) == {"gate_bypassed_by_api github_repository_environment.production"}


def test_a_secret_beside_the_environment_is_read_without_it(tmp_path: Path) -> None:
    """A secret of the repository is no secret of its environment; one whose name says nothing of production is left alone."""
    gate = right(THEATRE.partition('resource "github_repository_ruleset"')[0])
    secret = 'resource "github_actions_secret" "s" {\n  repository = "r"\n  secret_name = "NAME"\n  value = "x"\n}\n'
    assert said(picture(tmp_path, gate + secret.replace("NAME", "PROD_KEY"))) == {
        "gate_bypassed_by_api github_actions_secret.s"
    }
    assert said(picture(tmp_path, gate + secret.replace("NAME", "CODECOV_TOKEN"))) == set()
    assert said(picture(tmp_path, gate + secret.replace("NAME", "PROD_KEY").replace('"r"', '"other"'))) == set()


INVENTED = """provider: moonbase
sources: [example/moonbase]
domain: colony
approvals:
  moonbase_airlock:
    role: environment
    label: airlock
    name: name
    asks: [keepers]
    actors:
      - {argument: keepers}
    guards:
      - kind: second_person
        attribute: two_keys
        enforced: api
        safe: true
        default: false
        effect: whoever wants out opens it
"""


def test_a_platform_that_nobody_heard_of_is_judged_by_its_facts(tmp_path: Path) -> None:
    """Facts make a gate of any type: no code knows the platform."""
    from policypack.build import build
    from policypack.read import ReadOptions, read_input
    from policypack.settings import Settings

    source = tmp_path / "catalog"
    source.mkdir()
    source.joinpath("harmless.yaml").write_text("providers: [random]\n", "utf-8")
    source.joinpath("moonbase.yaml").write_text(INVENTED, "utf-8")
    for name, text in compiled(source).items():
        source.joinpath(name).write_text(text, "utf-8")
    module = tmp_path / "module"
    module.mkdir()
    module.joinpath("main.tf").write_text(
        'resource "moonbase_airlock" "out" {\n  name = "production"\n  keepers = ["hal-agent"]\n}\n', "utf-8"
    )
    catalog = Catalog(source, ["moonbase"])
    seen = build([read_input(module, ReadOptions(base=module, wanted=catalog.knows))], catalog, Settings())
    assert said(seen) == {"apply_without_human moonbase_airlock.out", "agent_can_approve moonbase_airlock.out"}
