"""Whose tokens become the identity that applies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.approvals.judging import picture, reasons, said

ISSUER = "token.actions.githubusercontent.com"
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
RULE = """resource "github_branch_protection" "main" {
  repository_id  = "r"
  pattern        = "main"
  enforce_admins = true
  required_pull_request_reviews {
    require_code_owner_reviews = true
  }
}
"""


def role(condition: dict[str, Any], name: str = "apply", policy: str = ADMIN) -> str:
    """A role that trusts tokens of GitHub under a condition."""
    statement = {
        "Effect": "Allow",
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": f"arn:aws:iam::111111111111:oidc-provider/{ISSUER}"},
        "Condition": condition,
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    attached = (
        f'resource "aws_iam_role_policy_attachment" "a" {{\n  role = aws_iam_role.r.name\n  policy_arn = "{policy}"\n}}\n'
        if policy
        else ""
    )
    return f'resource "aws_iam_role" "r" {{\n  name = "{name}"\n  assume_role_policy = {json.dumps(document)}\n}}\n{attached}'


def like(*subjects: str) -> dict[str, Any]:
    """A condition on the subject."""
    return {"StringLike": {f"{ISSUER}:sub": list(subjects)}}


FOUND, DOUBT, QUIET = {"apply_role_unpinned aws_iam_role.r"}, {"apply_role_unpinned aws_iam_role.r ?"}, set[str]()


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (like("repo:o/r:environment:production"), QUIET),
        ({"StringEquals": {f"{ISSUER}:sub": "repo:o/r:environment:production"}}, QUIET),
        ({"ForAnyValue:StringEquals": {f"{ISSUER}:sub": "repo:o/r:environment:production"}}, QUIET),
        ({"StringEquals": {f"{ISSUER}:sub": "repo:o/r:*"}}, QUIET),
        (like("repo:o/r:*"), FOUND),
        (like("repo:o/*:environment:production"), FOUND),
        (like("repo:o/r:environment:*"), FOUND),
        (like("repo:o/r:pull_request"), FOUND),
        (like("repo:o/r:environment:production", "repo:o/r:pull_request"), FOUND),
        (like("repo:o/r:ref:refs/tags/*"), FOUND),
        ({"StringEquals": {f"{ISSUER}:aud": "sts.amazonaws.com"}}, FOUND),
        ({"StringNotLike": {f"{ISSUER}:sub": "repo:o/r:pull_request"}}, FOUND),
        ({**like("repo:o/r:*"), "StringEquals": {f"{ISSUER}:environment": "production"}}, QUIET),
        (like("repo:o/r:ref:refs/heads/main"), DOUBT),
    ],
)
def test_a_trust_is_pinned_to_a_protected_environment(tmp_path: Path, condition: dict[str, Any], found: set[str]) -> None:
    """Only a subject that names one repository and one environment pins; each of several subjects must. A wildcard in an
    exact comparison matches no token."""
    assert said(picture(tmp_path, role(condition))) == found


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        (RULE, QUIET),
        (RULE.replace('"main"\n  enforce', '"release"\n  enforce'), DOUBT),
        (RULE.replace("require_code_owner_reviews = true", "required_approving_review_count = 0"), FOUND),
    ],
)
def test_a_branch_pins_where_it_is_protected(tmp_path: Path, rule: str, found: set[str]) -> None:
    """A rule of the inputs that asks for a review makes the branch a pin; one that asks for none makes it no pin."""
    assert said(picture(tmp_path, rule + role(like("repo:o/r:ref:refs/heads/main")))) == found


@pytest.mark.parametrize(
    ("name", "policy", "found"),
    [
        ("r", ADMIN, FOUND),
        ("r", "arn:aws:iam::aws:policy/ReadOnlyAccess", QUIET),
        ("shop-apply", "", FOUND),
        ("shop-plan", "", QUIET),
        ("terraform-plan", "", QUIET),
        ("github-actions", "", DOUBT),
        ("reports", "", QUIET),
    ],
)
def test_only_an_identity_that_applies_must_be_pinned(tmp_path: Path, name: str, policy: str, found: set[str]) -> None:
    """What it may do decides; where that is not shown, its name does, and the rest is a gap."""
    seen = picture(tmp_path, role(like("repo:o/r:*"), name, policy))
    assert said(seen) == found
    assert ("what it may do is not among the inputs" in reasons(seen)) is (policy == "")


def test_a_role_that_the_applying_job_takes_on_applies(tmp_path: Path) -> None:
    """The workflow says which role the job becomes."""
    step = "{uses: aws-actions/configure-aws-credentials@v4, with: {role-to-assume: 'arn:aws:iam::111111111111:role/reports'}}"
    workflow = f"on: push\njobs: {{a: {{environment: production, steps: [{step}, {{run: terraform apply x}}]}}}}\n"
    files = {".github/workflows/a.yml": workflow, "CODEOWNERS": "* @acme/sre\n"}
    assert said(picture(tmp_path, role(like("repo:o/r:*"), "reports", ""), files)) >= FOUND


def test_an_unknown_subject_is_a_doubt(tmp_path: Path) -> None:
    """A subject that is not known may be pinned or not."""
    hcl = role(like("SUBJECT")).replace('\\"SUBJECT\\"', '\\"${var.subject}\\"')
    assert said(picture(tmp_path, f'variable "subject" {{}}\n{hcl}')) == DOUBT


@pytest.mark.parametrize(
    ("subject", "found"),
    [
        ("repo:o/r:environment:production", False),
        ("repo:o/r:pull_request", True),
    ],
)
def test_a_federated_credential_names_its_subject(tmp_path: Path, subject: str, found: bool) -> None:
    """Azure's credentials take one subject, which is judged like any other."""
    hcl = f"""resource "azurerm_federated_identity_credential" "apply" {{
  name     = "apply"
  audience = ["api://AzureADTokenExchange"]
  issuer   = "https://{ISSUER}"
  subject  = "{subject}"
}}
"""
    address = "apply_role_unpinned azurerm_federated_identity_credential.apply"
    assert said(picture(tmp_path, hcl)) == ({address} if found else set())


POOL = """resource "google_iam_workload_identity_pool_provider" "apply" {{
  workload_identity_pool_id          = "apply"
  workload_identity_pool_provider_id = "github"
  {condition}
  oidc {{
    issuer_uri = "https://token.actions.githubusercontent.com"
  }}
}}
"""
BINDING = """resource "google_service_account_iam_member" "m" {{
  service_account_id = "projects/p/serviceAccounts/apply@p.iam.gserviceaccount.com"
  role               = "roles/iam.workloadIdentityUser"
  member             = "{}"
}}
"""
PRINCIPALS = "iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/apply"


@pytest.mark.parametrize(
    ("condition", "member", "found"),
    [
        ("", "", True),
        ("attribute_condition = \"assertion.repository == 'o/r'\"", "", True),
        ("attribute_condition = \"assertion.repository == 'o/r' && assertion.environment == 'production'\"", "", False),
        ("attribute_condition = \"google.subject == 'repo:o/r:environment:production'\"", "", False),
        ("attribute_condition = \"assertion.repository == 'o/r' || true\"", "", None),
        ("attribute_condition = \"assertion.sub.startsWith('repo:o/r:')\"", "", None),
        (
            "attribute_condition = \"assertion.x.startsWith('y')\"",
            f"principalSet://{PRINCIPALS}/attribute.repository/o/r",
            None,
        ),
        (
            "attribute_condition = \"assertion.repository == 'o/r'\"",
            f"principal://{PRINCIPALS}/subject/repo:o/r:environment:production",
            False,
        ),
        (
            "attribute_condition = \"assertion.repository == 'o/r'\"",
            f"principalSet://{PRINCIPALS}/attribute.repository/o/r",
            True,
        ),
    ],
)
def test_a_pool_is_pinned_by_its_condition_or_by_its_bindings(
    tmp_path: Path, condition: str, member: str, found: bool | None
) -> None:
    """Comparisons that must all hold are read; anything else is a doubt; a binding of one subject pins what the condition does not."""
    hcl = POOL.format(condition=condition) + (BINDING.format(member) if member else "")
    address = "apply_role_unpinned google_iam_workload_identity_pool_provider.apply"
    assert said(picture(tmp_path, hcl)) == ({address} if found else {f"{address} ?"} if found is None else set())
