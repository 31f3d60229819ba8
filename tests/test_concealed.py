"""What an input marks as sensitive is in no output, whatever it names there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from policypack.model import Infrastructure, Input, Location, Resource
from policypack.report import FORMATS
from policypack.run.concealed import concealing
from tests.test_cli import ROOT, call

EXAMPLES = ROOT / "terraform-examples"
SECRET = "xq7-hidden"


def _account(change: dict[str, Any]) -> None:
    change["after"]["account_id"] = SECRET
    change["after_sensitive"] = {"account_id": True}


def _project(change: dict[str, Any]) -> None:
    change["after"]["project"] = f"{SECRET}-prod"
    change["after_sensitive"] = {"project": True}


def _policy(change: dict[str, Any]) -> None:
    change["after"]["policy_arn"] = f"arn:aws:iam::aws:policy/{SECRET}"
    change["after_sensitive"] = True


PLANS: dict[str, tuple[str, Callable[[dict[str, Any]], None]]] = {
    "providers/cloudflare/token/fails/plan.json": ("cloudflare_d1_database.orders", _account),
    "providers/google/sql/fails/plan.json": ("google_sql_database_instance.orders", _project),
    "providers/google/projects/fails/plan.json": ("google_compute_disk.ledger", _project),
    "backups/backup_domain_administrable/plan.json": ("aws_iam_role_policy_attachment.emergency", _policy),
}


def marked(plan: str) -> tuple[dict[str, Any], str]:
    """The plan with a value that no output may show, and the address that has it."""
    address, mark = PLANS[plan]
    made: dict[str, Any] = json.loads((EXAMPLES / plan).read_text("utf-8"))
    mark(next(each for each in made["resource_changes"] if each["address"] == address)["change"])
    return made, address


@pytest.mark.parametrize("plan", PLANS)
def test_a_marked_value_is_in_no_output(plan: str, tmp_path: Path) -> None:
    """An account, a project, a policy: findings, gaps, proofs and headings tell of it without naming it."""
    made, address = marked(plan)
    (tmp_path / "plan.json").write_text(json.dumps(made))
    outputs = [f"--output={each}={each}.out" for each in FORMATS]
    done = call("scan", "plan.json", *outputs, "--fail-on=never", cwd=tmp_path)
    texts = [done.stdout, done.stderr, *((tmp_path / f"{each}.out").read_text() for each in FORMATS)]
    for command in (["gate", "plan.json"], ["gate", "plan.json", "--format=json"], ["diff", "plan.json", "--format=json"]):
        told = call(*command, cwd=tmp_path)
        texts += [told.stdout, told.stderr]
    asked = call("who-can", "destroy", address, "plan.json", cwd=tmp_path)
    assert [each for each in (*texts, asked.stdout, asked.stderr) if SECRET in each] == []
    assert "(sensitive)" in "".join(texts)


def picture(values: dict[str, Any], *hidden: str) -> Infrastructure:
    """A picture of one resource with values that are hidden."""
    one = Resource("aws_x.deploy", "aws_x", "aws", values, Location("main.tf"), sensitive=frozenset(hidden))
    return Infrastructure(inputs=(Input("main.tf", "module", resources=(one,)),))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Whoever administers shop-prod can.", "Whoever administers (sensitive) can."),
        ("projects/shop-prod/zones/a", "projects/(sensitive)/zones/a"),
        ("shop-prod-eu and my-shop-prod", "shop-prod-eu and my-shop-prod"),
        ("arn:aws:iam::111122223333:role/deploy, deploy", "(sensitive), (sensitive)"),
        ("aws_x.deploy of 111122223333", "aws_x.deploy of (sensitive)"),
        ('aws_x.y["deploy"]', 'aws_x.y["deploy"]'),
        ("", ""),
    ],
)
def test_whole_words_are_taken_out(text: str, told: str) -> None:
    """A name that only begins so is another one, and an address is never touched; the end of a full name and its account count."""
    conceal = concealing(
        picture({"project": "shop-prod", "arn": "arn:aws:iam::111122223333:role/deploy", "env": "dev"}, "project", "arn", "env")
    )
    assert conceal is not None
    assert conceal(text) == told


def test_without_marks_nothing_is_looked_for() -> None:
    """Most inputs mark nothing, and pay nothing."""
    assert concealing(picture({"project": "shop-prod"})) is None
