"""Who may become more than it is, in inputs that show identities and nothing to lose."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from checks.agents.agent_can_escalate import agent_can_escalate
from policypack.authority.escalating import escalating
from policypack.authority.held import readable
from policypack.build import build
from policypack.catalog import load_catalog
from policypack.model import Infrastructure, Verb
from policypack.read.options import ReadOptions
from policypack.scan import read_all
from policypack.settings import Settings
from tests.authority.pictures import ACCOUNT, BUCKET, allow, asked, deny, policy, role, user

KEY = 'resource "aws_iam_access_key" "k" {\n  user = aws_iam_user.dev.name\n}\n'
ADMIN = role("admin", allow("*"), trust={"Service": "lambda.amazonaws.com"})
ASSUMED = role("admin", allow("*"), trust={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
READER = role("reader", allow("s3:GetObject"), trust={"Service": "lambda.amazonaws.com"})
RUNS = allow(["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"])
WRITES = allow("iam:PutUserPolicy")
BOUNDED = f"""  permissions_boundary = aws_iam_policy.b.arn
}}
resource "aws_iam_policy" "b" {{
  name = "b"
  policy = "{policy(allow("s3:GetObject"))}"
"""
DEVELOPMENT = 'resource "aws_s3_bucket" "dev" {\n  bucket = "dev"\n  tags = { environment = "development" }\n}\n'


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((user("dev", RUNS), ADMIN), "aws_iam_role.admin"),
        ((user("dev", RUNS), READER), ""),
        ((user("dev", WRITES),), "aws_iam_user.dev with rights of its own choosing"),
        ((user("dev", WRITES, more=BOUNDED),), ""),
        ((user("dev", allow("s3:GetObject")), ADMIN), ""),
        ((user("dev", RUNS, deny("iam:PassRole")), ADMIN), ""),
        ((user("dev", RUNS), ADMIN, DEVELOPMENT), ""),
        ((user("dev", allow("sts:AssumeRole")), ASSUMED), "aws_iam_role.admin"),
        ((user("dev", allow("sts:AssumeRole")), ASSUMED, BUCKET), ""),
        ((user("dev", allow("*")), ADMIN), ""),
        ((user("dev", RUNS), ADMIN, BUCKET), "aws_iam_role.admin"),
    ],
)
def test_becoming_who_may_do_everything_counts_without_a_store(tmp_path: Path, parts: tuple[str, ...], expected: str) -> None:
    """A root of roles alone still tells who ends up an administrator; where only development is shown, nobody is told of."""
    found = list(escalating(asked(tmp_path, KEY, *parts).infrastructure))
    assert [each.identity.address for each in found] == (["aws_iam_user.dev"] if expected else [])
    assert not expected or expected in {power.target for each in found for power in each.powers}


def planned(folder: Path, trusts: list[str]) -> Infrastructure:
    """A plan in which a user may assume an administrator whose trust policy is known after apply, and refers to these."""
    values: dict[str, dict[str, Any]] = {
        "aws_iam_user.dev": {"name": "dev"},
        "aws_iam_access_key.k": {"user": "dev"},
        "aws_iam_user_policy.dev": {
            "name": "own",
            "user": "dev",
            "policy": json.dumps({"Statement": [allow("sts:AssumeRole")]}),
        },
        "aws_iam_role.admin": {"name": "admin"},
        "aws_iam_role_policy.admin": {"name": "all", "role": "admin", "policy": json.dumps({"Statement": [allow("*")]})},
    }
    unknown = {"aws_iam_role.admin": {"assume_role_policy": True}}
    resources = [
        {"address": at, "mode": "managed", "type": at.split(".")[0], "name": at.split(".")[1], "provider_name": PROVIDER}
        for at in values
    ]
    text = {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {"resources": [{**one, "values": values[one["address"]]} for one in resources]}},
        "resource_changes": [
            {
                **one,
                "change": {
                    "actions": ["create"],
                    "before": None,
                    "after": values[one["address"]],
                    "after_unknown": unknown.get(one["address"], {}),
                },
            }
            for one in resources
        ],
        "configuration": {
            "root_module": {
                "resources": [
                    {**one, "expressions": {"assume_role_policy": {"references": trusts}} if one["address"] in unknown else {}}
                    for one in resources
                ]
            }
        },
    }
    path = folder / "plan.json"
    path.write_text(json.dumps(text), "utf-8")
    catalog = load_catalog()
    return build(read_all([path], ReadOptions(base=folder), catalog.knows), catalog, Settings())


PROVIDER = "registry.terraform.io/hashicorp/aws"


@pytest.mark.parametrize("named", [True, False])
def test_an_unread_trust_that_names_the_caller_is_no_mere_doubt(tmp_path: Path, named: bool) -> None:
    """A trust policy that cannot be read may let anybody in; where the configuration writes the caller into it, that is said."""
    from policypack.authority import authority

    picture = planned(tmp_path, ["aws_iam_user.dev.arn", "aws_iam_user.dev"] if named else ["var.who"])
    (power,) = (each for each in authority(picture).reaches("aws_iam_user.dev") if each.target == "aws_iam_role.admin")
    assert power.verb is Verb.ESCALATE
    assert "the trust policy of aws_iam_role.admin says is not known" in power.missing
    assert power.missing.endswith("it refers to aws_iam_user.dev") == named
    assert readable([power]) == ([power] if named else [])


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ((user("dev", WRITES),), "It can give itself any right."),
        ((user("dev", RUNS), ADMIN), "It can become aws_iam_role.admin and give itself any right."),
    ],
)
def test_what_is_said_is_what_the_path_shows(tmp_path: Path, parts: tuple[str, ...], said: str) -> None:
    """The first that is named is who the steps below lead to."""
    found = list(agent_can_escalate.find(asked(tmp_path, KEY, *parts).infrastructure))
    assert [each.message for each in found] == [said]
