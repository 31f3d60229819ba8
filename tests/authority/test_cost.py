"""What a question costs, counted in calls of the engine: seconds depend on the machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from policypack.authority.aws.bulk import Evaluator
from policypack.model import Verb
from tests.authority.pictures import ACCOUNT, allow, asked, outcome, policy, role

KEY = 'resource "aws_kms_key" "k" {\n  policy = "%s"\n}\n'
ROOT = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"}
BOT = {**ROOT, "Principal": {"AWS": "${aws_iam_role.bot.arn}"}}
ANYONE = {**ROOT, "Principal": "*"}


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The callers for whom all actions on all targets were worked out."""
    found: list[Any] = []
    powers = Evaluator.powers

    def counted(self: Evaluator, principal: Any, layers: Any) -> Any:
        found.append(principal)
        return powers(self, principal, layers)

    monkeypatch.setattr(Evaluator, "powers", counted)
    return found


@pytest.mark.parametrize(
    ("statement", "said", "cost"),
    [(ROOT, "no", 0), (BOT, "yes", 1), (ANYONE, "yes", 2)],
    ids=["the account", "one role", "everybody"],
)
def test_who_has_no_rights_costs_nothing_where_nothing_gives_him_any(
    tmp_path: Path, judged: list[Any], statement: dict[str, Any], said: str, cost: int
) -> None:
    """A key policy that names the account gives a role without policies nothing, and such roles are not even looked at."""
    answers = asked(tmp_path, KEY % policy(statement), role("bot"), role("other"))
    answers.destroys_all("aws_kms_key.k")
    assert outcome(answers, "aws_iam_role.bot", Verb.DESTROY_KEY, "aws_kms_key.k").value == said
    assert len({each.arn for each in judged}) == cost


def test_who_has_rights_is_looked_at(tmp_path: Path, judged: list[Any]) -> None:
    """The account in a key policy lets a role's own policies count."""
    answers = asked(tmp_path, KEY % policy(ROOT), role("bot", allow("kms:*")), role("other"))
    assert outcome(answers, "aws_iam_role.bot", Verb.DESTROY_KEY, "aws_kms_key.k").value == "yes"
    assert outcome(answers, "aws_iam_role.other", Verb.DESTROY_KEY, "aws_kms_key.k").value == "no"
    assert len({each.arn for each in judged}) == 1
