"""Environments, workspaces and stacks: who is asked, who passes by, what is not known."""

from __future__ import annotations

from pathlib import Path

import pytest

from policypack.settings import Settings
from tests.approvals.judging import findings, picture, reasons, said

ENVIRONMENT = """resource "github_repository_environment" "production" {{
  repository          = "infra"
  environment         = "{name}"
  {arguments}
}}
"""
GOOD = "prevent_self_review = true\ncan_admins_bypass = false\nreviewers {\n teams = [data.github_team.sre.id]\n}"
SRE = 'data "github_team" "sre" {\n  slug = "sre"\n}\n'
ADDRESS = "github_repository_environment.production"


def environment(arguments: str, name: str = "production") -> str:
    """An environment with its arguments."""
    return SRE + ENVIRONMENT.format(name=name, arguments=arguments)


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (GOOD, ""),
        ("wait_timer = 600", "certain"),
        ("reviewers {\n teams = []\n}", "certain"),
        (GOOD.replace("prevent_self_review = true", ""), "certain"),
        (GOOD.replace("can_admins_bypass = false", ""), "certain"),
        (GOOD.replace("prevent_self_review = true", "prevent_self_review = var.strict"), "uncertain"),
        (GOOD.replace("teams = [data.github_team.sre.id]", "teams = var.teams"), "uncertain"),
    ],
)
def test_an_environment_must_make_somebody_else_decide(tmp_path: Path, arguments: str, found: str) -> None:
    """Reviewers, no review of one's own, no bypass: what lacks is found, what is not known is uncertain, a timer is nobody."""
    variables = 'variable "strict" {\n type = bool\n}\nvariable "teams" {\n type = list(number)\n}\n'
    judged = findings(picture(tmp_path, variables + environment(arguments)))
    assert [("certain" if each.certain else "uncertain") for each in judged] == ([found] if found else [])


@pytest.mark.parametrize(("name", "found"), [("production", 1), ("prod-eu", 1), ("staging", 0), ("github-pages", 0)])
def test_only_environments_of_production_count(tmp_path: Path, name: str, found: int) -> None:
    """An environment counts where its name says production; pages and previews are nobody's gate."""
    hcl = environment("wait_timer = 5", name).replace('"production" {', '"e" {')
    assert len(findings(picture(tmp_path, hcl))) == found


@pytest.mark.parametrize(
    ("visibility", "found", "gap"),
    [
        ('visibility = "public"', set(), False),
        ('visibility = "internal"', set(), False),
        ("", set(), False),
        ('visibility = "private"', {f"apply_without_human {ADDRESS} ?"}, False),
        ("visibility = var.seen", set(), True),
    ],
)
def test_reviewers_are_not_served_to_every_repository(tmp_path: Path, visibility: str, found: set[str], gap: bool) -> None:
    """A private repository may be on a plan that ignores reviewers: that is a doubt. Not to know the repository is a gap."""
    repository = f'variable "seen" {{}}\nresource "github_repository" "infra" {{\n  name = "infra"\n  {visibility}\n}}\n'
    seen = picture(tmp_path, repository + environment(GOOD))
    assert said(seen) == found
    assert ("required reviewers are served" in reasons(seen)) is gap


def test_a_repository_elsewhere_is_a_gap(tmp_path: Path) -> None:
    """Without its repository nobody can tell whether the gate is served."""
    seen = picture(tmp_path, environment(GOOD))
    assert said(seen) == set()
    assert "visibility of what it belongs to is not among the inputs" in reasons(seen)


def test_a_reviewer_who_is_only_a_number_is_a_gap(tmp_path: Path) -> None:
    """Who team 1234 is cannot be told, and is not taken for a person."""
    seen = picture(tmp_path, environment(GOOD.replace("data.github_team.sre.id", "1234")))
    assert said(seen) == set()
    assert "whether 1234 is a person cannot be told" in reasons(seen)


@pytest.mark.parametrize(
    ("approver", "found"),
    [
        ("github_team.agents.id", True),
        ("github_team.people.id", False),
        ("data.github_user.devin.id", True),
        ("var.claude_team_id", True),
    ],
)
def test_an_agent_among_the_reviewers_is_found(tmp_path: Path, approver: str, found: bool) -> None:
    """By the name of a team, a user or a variable."""
    others = """resource "github_team" "agents" {
  name = "agents"
}
resource "github_team" "people" {
  name = "people"
}
data "github_user" "devin" {
  username = "devin-ai"
}
variable "claude_team_id" {}
"""
    seen = picture(tmp_path, others + environment(GOOD.replace("data.github_team.sre.id", approver)))
    assert said(seen) == ({f"agent_can_approve {ADDRESS}"} if found else set())


def test_an_agent_is_who_the_settings_call_one(tmp_path: Path) -> None:
    """A team whose name tells nothing is an agent's where policypack.yaml lists it."""
    team = 'resource "github_team" "nova" {\n  name = "nova"\n}\n'
    hcl = team + environment(GOOD.replace("data.github_team.sre.id", "github_team.nova.id"))
    assert said(picture(tmp_path, hcl)) == set()
    assert said(picture(tmp_path, hcl, settings=Settings(agents=("github_team.nova",)))) == {f"agent_can_approve {ADDRESS}"}


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ('bypass_actors {\n actor_id = 1\n actor_type = "Integration"\n bypass_mode = "always"\n }', True),
        ('bypass_actors {\n actor_id = 1\n actor_type = "DeployKey"\n bypass_mode = "exempt"\n }', True),
        ('bypass_actors {\n actor_id = 5\n actor_type = "RepositoryRole"\n bypass_mode = "always"\n }', False),
        ("", False),
    ],
)
def test_an_app_or_a_key_that_passes_by_a_ruleset_is_found(tmp_path: Path, rule: str, found: bool) -> None:
    """What acts without a person needs no review; a role of people is not an agent."""
    hcl = f"""resource "github_repository_ruleset" "main" {{
  name        = "main"
  repository  = "infra"
  target      = "branch"
  enforcement = "active"
  {rule}
  rules {{
    pull_request {{
      required_approving_review_count = 1
    }}
  }}
}}
"""
    assert said(picture(tmp_path, hcl)) == ({"agent_can_approve github_repository_ruleset.main"} if found else set())


@pytest.mark.parametrize(
    ("block", "found"),
    [
        (
            '"github_repository_collaborator" "x" {\n repository = "infra"\n username = "cursor-bot"\n permission = "admin"\n}',
            "",
        ),
        (
            '"github_repository_collaborators" "x" {\n repository = "infra"\n user {\n username = "devin"\n permission = "admin"\n }\n}',
            "",
        ),
        ('"github_team_repository" "x" {\n repository = "infra"\n team_id = "agents"\n permission = "admin"\n}', ""),
        ('"github_membership" "x" {\n username = "claude"\n role = "admin"\n}', ""),
        ('"github_app_installation_repository" "x" {\n repository = "infra"\n installation_id = "claude-app"\n}', " ?"),
        ('"tfe_team_access" "x" {\n workspace_id = "ws-1"\n team_id = "agents"\n access = "write"\n}', ""),
        ('"tfe_team_access" "x" {\n workspace_id = "ws-1"\n team_id = "agents"\n permissions {\n runs = "apply"\n }\n}', ""),
        ('"tfe_team" "x" {\n name = "agents"\n organization_access {\n manage_policies = true\n }\n}', ""),
        (
            '"gitlab_project_membership" "x" {\n project = "1"\n user_id = data.gitlab_user.codex.id\n access_level = "maintainer"\n}',
            "",
        ),
        ('"github_repository_collaborator" "x" {\n repository = "infra"\n username = "maria"\n permission = "admin"\n}', None),
        (
            '"github_repository_collaborator" "x" {\n repository = "infra"\n username = "cursor-bot"\n permission = "push"\n}',
            None,
        ),
        ('"tfe_team_access" "x" {\n workspace_id = "ws-1"\n team_id = "agents"\n access = "plan"\n}', None),
    ],
)
def test_an_agent_that_administers_or_applies_is_found(tmp_path: Path, block: str, found: str | None) -> None:
    """The rights that decide about a gate, on each platform; what only reads, writes code or plans is left alone."""
    kind = block.split('"')[1]
    hcl = f'data "gitlab_user" "codex" {{\n  username = "codex"\n}}\nresource {block}\n'
    assert said(picture(tmp_path, hcl)) == (set() if found is None else {f"agent_can_approve {kind}.x{found}"})


def test_two_rights_of_one_grant_are_one_finding(tmp_path: Path) -> None:
    """One block that gives several rights is one cause."""
    hcl = """resource "tfe_team_access" "agents" {
  workspace_id = "ws-1"
  team_id      = "agents"
  permissions {
    runs             = "apply"
    policy_overrides = true
  }
}
"""
    (finding,) = findings(picture(tmp_path, hcl))
    assert "confirms and applies" in finding.message
    assert "overrides the policies" in finding.message


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ("auto_apply = true", "applies_automatically tfe_workspace.w"),
        ("auto_apply_run_trigger = true", "applies_automatically tfe_workspace.w"),
        ("auto_apply = var.auto", "applies_automatically tfe_workspace.w ?"),
        ("auto_apply = false", ""),
        ("", ""),
        ('auto_apply = true\n  tag_names = ["env:dev"]\n  description = "x"', "applies_automatically tfe_workspace.w"),
    ],
)
def test_a_workspace_must_wait(tmp_path: Path, arguments: str, found: str) -> None:
    """What is applied at once is found; what the provider leaves off by default is off."""
    hcl = f'variable "auto" {{}}\nresource "tfe_workspace" "w" {{\n  name = "orders"\n  allow_destroy_plan = false\n  {arguments}\n}}\n'
    assert said(picture(tmp_path, hcl)) == ({found} if found else set())


def test_destroy_plans_are_said_once(tmp_path: Path) -> None:
    """That a workspace takes destroy plans by default is what deletion_protection_off says of it; here it is only part of a proof."""
    hcl = 'resource "tfe_workspace" "w" {{\n  name = "orders"\n  {}\n}}\n'
    assert said(picture(tmp_path, hcl.format(""))) == set()
    (finding,) = findings(picture(tmp_path, hcl.format("auto_apply = true")))
    assert any("allow_destroy_plan" in step.text for step in finding.because)


def test_a_workspace_of_another_environment_may_hurry(tmp_path: Path) -> None:
    """A preview is applied without anybody."""
    assert said(picture(tmp_path, 'resource "tfe_workspace" "w" {\n  name = "shop-preview"\n  auto_apply = true\n}\n')) == set()


@pytest.mark.parametrize(
    ("policies", "found"),
    [
        (('kind = "opa"',), {"applies_automatically tfe_policy.p0"}),
        (("",), {"applies_automatically tfe_policy.p0"}),
        (('enforce_mode = "soft-mandatory"',), {"applies_automatically tfe_policy.p0"}),
        (("enforce_mode = var.mode",), {"applies_automatically tfe_policy.p0 ?"}),
        (('enforce_mode = "hard-mandatory"',), set()),
        (('kind = "opa"\n  enforce_mode = "mandatory"', 'enforce_mode = "advisory"'), set()),
    ],
)
def test_a_policy_must_bind(tmp_path: Path, policies: tuple[str, ...], found: set[str]) -> None:
    """Defaults are those of the kind of policy; beside one that binds, others may advise."""
    blocks = "".join(f'resource "tfe_policy" "p{at}" {{\n  name = "p{at}"\n  {each}\n}}\n' for at, each in enumerate(policies))
    assert said(picture(tmp_path, f'variable "mode" {{}}\n{blocks}')) == found


def test_a_policy_set_that_can_be_overridden_does_not_bind(tmp_path: Path) -> None:
    """`overridable` lets a refused run through, whatever its policies say."""
    hcl = 'resource "tfe_policy_set" "s" {\n  name = "s"\n  kind = "opa"\n  overridable = true\n}\n'
    assert said(picture(tmp_path, hcl)) == {"applies_automatically tfe_policy_set.s"}


@pytest.mark.parametrize(
    ("stack", "policy", "found"),
    [
        ("", "", "apply_without_human spacelift_stack.s"),
        ("autodeploy = true", "", "applies_automatically spacelift_stack.s"),
        ('labels = ["money"]', 'labels = ["autoattach:money"]', ""),
        ('labels = ["other"]', 'labels = ["autoattach:money"]', "apply_without_human spacelift_stack.s"),
        ("", 'labels = ["autoattach:*"]', ""),
        ("labels = var.labels", 'labels = ["autoattach:money"]', "apply_without_human spacelift_stack.s ?"),
        ('autodeploy = true\n  labels = ["money"]', 'labels = ["autoattach:money"]', ""),
    ],
)
def test_a_stack_needs_a_policy_on_who_approves(tmp_path: Path, stack: str, policy: str, found: str) -> None:
    """Attached by a label or by nothing: whoever starts a run of a stack without a policy confirms it."""
    hcl = f"""variable "labels" {{}}
resource "spacelift_stack" "s" {{
  name                  = "shop"
  protect_from_deletion = true
  {stack}
}}
resource "spacelift_policy" "p" {{
  name = "p"
  type = "{"APPROVAL" if policy else "PLAN"}"
  body = ""
  {policy}
}}
"""
    assert said(picture(tmp_path, hcl)) == ({found} if found else set())


@pytest.mark.parametrize(
    ("attachment", "found"),
    [
        ("policy_id = spacelift_policy.p.id\n  stack_id = spacelift_stack.s.id", ""),
        ("policy_id = spacelift_policy.p.id\n  stack_id = spacelift_stack.other.id", "apply_without_human spacelift_stack.s"),
        ("policy_id = spacelift_policy.p.id\n  stack_id = var.stack", "apply_without_human spacelift_stack.s ?"),
        ("policy_id = var.policy\n  stack_id = spacelift_stack.s.id", "apply_without_human spacelift_stack.s ?"),
        ("policy_id = spacelift_policy.plans.id\n  stack_id = spacelift_stack.s.id", "apply_without_human spacelift_stack.s"),
    ],
)
def test_a_policy_is_attached_to_what_it_names(tmp_path: Path, attachment: str, found: str) -> None:
    """An attachment counts for its own stack and for approval policies; one that cannot be followed is a doubt."""
    hcl = f"""variable "stack" {{}}
variable "policy" {{}}
resource "spacelift_stack" "s" {{
  name                  = "shop"
  protect_from_deletion = true
}}
resource "spacelift_stack" "other" {{
  name                  = "shop-dev"
}}
resource "spacelift_policy" "p" {{
  name = "p"
  type = "APPROVAL"
  body = ""
}}
resource "spacelift_policy" "plans" {{
  name = "plans"
  type = "PLAN"
  body = ""
}}
resource "spacelift_policy_attachment" "a" {{
  {attachment}
}}
"""
    assert said(picture(tmp_path, hcl)) == ({found} if found else set())


@pytest.mark.parametrize(("actions", "found"), [('["RUN_TRIGGER", "RUN_CONFIRM"]', True), ('["RUN_TRIGGER"]', False)])
def test_an_agents_key_must_not_confirm_runs(tmp_path: Path, actions: str, found: bool) -> None:
    """A role that confirms, given to a key whose name says agent."""
    hcl = f"""resource "spacelift_api_key" "agent" {{
  name = "agent"
}}
resource "spacelift_role" "r" {{
  name    = "r"
  actions = {actions}
}}
resource "spacelift_role_attachment" "a" {{
  api_key_id = spacelift_api_key.agent.id
  role_id    = spacelift_role.r.id
  space_id   = "root"
}}
"""
    assert said(picture(tmp_path, hcl)) == ({"agent_can_approve spacelift_role_attachment.a"} if found else set())


def test_nothing_sensitive_is_shown(tmp_path: Path) -> None:
    """Who is named by a sensitive variable is judged, and not told; nor is what a sensitive policy or level says."""
    hcl = """variable "who" {
  default   = "claude-secretname"
  sensitive = true
}
variable "level" {
  default   = "advisory"
  sensitive = true
}
resource "github_repository_collaborator" "c" {
  repository = "infra"
  username   = var.who
  permission = "admin"
}
resource "github_branch_protection" "main" {
  repository_id = "infra"
  pattern       = "main"
  required_pull_request_reviews {
    pull_request_bypassers = [var.who]
  }
}
resource "tfe_policy" "p" {
  name         = "p"
  enforce_mode = var.level
}
"""
    found = findings(picture(tmp_path, hcl))
    assert {each.resource.type for each in found} == {
        "github_repository_collaborator",
        "github_branch_protection",
        "tfe_policy",
    }
    text = "".join(each.message + each.fix + "".join(step.text for step in each.because) for each in found)
    assert "secretname" not in text
    assert "claude" not in text
    assert "advisory" not in text
