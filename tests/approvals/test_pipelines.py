"""Jobs of a repository that apply: behind which gate, started by what, in files that belong to whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.approvals.judging import PUSH, WORKFLOW, findings, picture, reasons, said

KEY = 'resource "aws_kms_key" "k" {\n  description = "orders"\n}\n'
GATE = """resource "github_repository_environment" "production" {
  repository          = "infra"
  environment         = "production"
  prevent_self_review = true
  can_admins_bypass   = false
  reviewers {
    teams = [github_team.sre.id]
  }
}
resource "github_team" "sre" {
  name = "sre"
}
"""
OWNED = {"CODEOWNERS": "* @acme/sre\n"}


def job(body: str, on: str = PUSH) -> dict[str, str]:
    """A workflow with one job, owned by people."""
    return {WORKFLOW: f"{on}jobs:\n  apply: {{{body}}}\n", **OWNED}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("steps: [{run: terraform apply tfplan}]", {"apply_without_human ."}),
        ("steps: [{run: terraform apply -auto-approve}]", {"apply_without_human .", "applies_automatically ."}),
        ("environment: production, steps: [{run: terraform apply -auto-approve}]", set()),
        ("environment: {name: production}, steps: [{run: tofu apply}]", set()),
        ("environment: elsewhere, steps: [{run: terraform apply -auto-approve}]", {"apply_without_human . ?"}),
        ("environment: '${{ inputs.where }}', steps: [{run: terraform apply}]", {"apply_without_human . ?"}),
        ("environment: staging, steps: [{run: terraform apply -auto-approve}]", set()),
        ("steps: [{run: terraform plan}]", set()),
        (
            "steps: [{uses: dflook/terraform-apply@v1, with: {auto_approve: true}}]",
            {"apply_without_human .", "applies_automatically ."},
        ),
        ("steps: [{run: terraform -chdir=other apply}]", set()),
        ("steps: [{run: terraform -chdir=$WHERE apply}]", {"apply_without_human . ?"}),
    ],
)
def test_a_job_that_applies_must_wait(tmp_path: Path, body: str, found: set[str]) -> None:
    """No environment is nobody asked, an environment that is not shown is a doubt, and what applies something else is left alone."""
    assert said(picture(tmp_path, KEY + GATE, job(body))) == found


def test_a_gate_before_the_job_is_a_gate(tmp_path: Path) -> None:
    """A job that waits for one in the environment waits for its reviewers."""
    workflow = f"{PUSH}jobs:\n  ask: {{environment: production, steps: [{{run: echo}}]}}\n  go: {{needs: [ask], steps: [{{run: terraform apply}}]}}\n"
    assert said(picture(tmp_path, KEY + GATE, {WORKFLOW: workflow, **OWNED})) == set()


def test_a_job_by_hand_is_not_automatic(tmp_path: Path) -> None:
    """Whoever dispatches a run starts it, so it does not start by itself; that nobody else approves is still found."""
    found = said(picture(tmp_path, KEY, job("steps: [{run: terraform apply -auto-approve}]", "on: workflow_dispatch\n")))
    assert found == {"apply_without_human ."}


def test_a_pull_request_with_the_rights_of_the_target_is_said(tmp_path: Path) -> None:
    """`pull_request_target` lets whoever opens a pull request start the job: the proof says so."""
    (finding,) = findings(picture(tmp_path, KEY, job("steps: [{run: terraform apply x}]", "on: pull_request_target\n")))
    assert "whoever opens a pull request" in finding.because[0].text


def test_a_module_without_production_has_no_path_to_it(tmp_path: Path) -> None:
    """Where nothing of production is applied nobody has to approve."""
    files = job("steps: [{run: terraform apply -auto-approve}]")
    assert said(picture(tmp_path, 'resource "aws_kms_key" "k" {\n  tags = { env = "dev" }\n}\n', files)) == set()


@pytest.mark.parametrize(
    ("owners", "found"),
    [
        ("* @acme/sre\n", set()),
        ("", {"gate_files_unowned ."}),
        ("*.tf @acme/sre\n", {"gate_files_unowned ."}),
        ("* @acme/sre\n/.github/\n", {"gate_files_unowned ."}),
        ("/.github/ @acme/sre\n", {"gate_files_unowned ."}),
        ("/.github/ @acme/sre\n/CODEOWNERS @acme/sre\n", set()),
        ("* @acme/agents\n", {"agent_can_approve ."}),
    ],
)
def test_people_own_what_decides(tmp_path: Path, owners: str, found: set[str]) -> None:
    """The workflow and CODEOWNERS itself have an owner, who is no agent."""
    files = job("environment: production, steps: [{run: terraform apply x}]")
    files = {name: text for name, text in files.items() if name == WORKFLOW} | ({"CODEOWNERS": owners} if owners else {})
    assert said(picture(tmp_path, KEY + GATE, files)) == found


def test_the_settings_of_this_tool_belong_to_the_gate(tmp_path: Path) -> None:
    """Whoever may change policypack.yaml switches its checks off."""
    files = job("environment: production, steps: [{run: terraform apply x}]")
    files |= {"CODEOWNERS": "/.github/ @acme/sre\n/CODEOWNERS @acme/sre\n", "policypack.yaml": "version: 1\n"}
    (finding,) = findings(picture(tmp_path, KEY + GATE, files))
    assert "policypack.yaml" in finding.because[0].text


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ("require_code_owner_reviews = true", set()),
        ("", {"gate_files_unowned github_branch_protection.main"}),
        ("require_code_owner_reviews = var.strict", {"gate_files_unowned github_branch_protection.main ?"}),
    ],
)
def test_owners_are_only_asked_where_a_rule_asks_them(tmp_path: Path, rule: str, found: set[str]) -> None:
    """CODEOWNERS alone asks nobody: a branch rule does. An unknown switch is a doubt."""
    hcl = f"""variable "strict" {{}}
resource "github_branch_protection" "main" {{
  repository_id  = "infra"
  pattern        = "main"
  enforce_admins = true
  required_pull_request_reviews {{
    {rule}
  }}
}}
"""
    files = job("environment: production, steps: [{run: terraform apply x}]")
    assert said(picture(tmp_path, KEY + GATE + hcl, files)) == found


def test_a_workflow_that_cannot_be_read_is_a_gap(tmp_path: Path) -> None:
    """A broken workflow may apply: that it was not read is said."""
    assert "was not read" in reasons(picture(tmp_path, KEY, {WORKFLOW: "jobs: [terraform apply"}))


def test_a_finding_stands_where_the_job_applies(tmp_path: Path) -> None:
    """The place of a finding about a job is the line of its command."""
    workflow = f"{PUSH}jobs:\n  apply:\n    steps:\n      - run: terraform init\n      - run: terraform apply x\n"
    (finding,) = findings(picture(tmp_path, KEY, {WORKFLOW: workflow, **OWNED}))
    assert (finding.location.file, finding.location.line) == (WORKFLOW, 6)
