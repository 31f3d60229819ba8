"""Roles Anywhere: a profile's session policy limits what a role's certificates are shown to do, and never proves what they cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from policypack.model import Outcome, Verb
from tests.authority.pictures import ACCOUNT, DATABASE, allow, asked, deny, outcome, policy, role

BOT, MAIN = "aws_iam_role.bot", "aws_db_instance.main"
ANYWHERE = {"Service": "rolesanywhere.amazonaws.com"}
READS = policy(allow("rds:Describe*"))
DELETES = policy(allow("rds:*"))
FORBIDS = policy(allow("*"), deny("rds:Delete*"))
NAMES = "role_arns = [aws_iam_role.bot.arn]"
MANAGED = 'managed_policy_arns = ["arn:aws:iam::aws:policy/%s"]'


def profile(*arguments: str, name: str = "p") -> str:
    """A profile of Roles Anywhere."""
    lines = "".join(f"  {each}\n" for each in arguments)
    return f'resource "aws_rolesanywhere_profile" "{name}" {{\n  name = "{name}"\n{lines}}}\n'


@pytest.mark.parametrize(
    ("profiles", "trust", "expected"),
    [
        ("", ANYWHERE, "yes"),
        (profile(NAMES), ANYWHERE, "yes"),
        (profile(NAMES, f'session_policy = "{READS}"'), ANYWHERE, "maybe"),
        (profile(NAMES, f'session_policy = "{FORBIDS}"'), ANYWHERE, "maybe"),
        (profile(NAMES, f'session_policy = "{DELETES}"'), ANYWHERE, "yes"),
        (profile(NAMES, f'session_policy = "{READS}"') + profile(NAMES, name="q"), ANYWHERE, "yes"),
        (profile(NAMES, f'session_policy = "{READS}"') + profile(NAMES, f'session_policy = "{DELETES}"', name="q"), ANYWHERE, "yes"),
        (profile(NAMES, "enabled = false", f'session_policy = "{READS}"'), ANYWHERE, "yes"),
        (profile(NAMES, MANAGED % "ReadOnlyAccess"), ANYWHERE, "maybe"),
        (profile(NAMES, MANAGED % "AmazonRDSFullAccess"), ANYWHERE, "yes"),
        (profile(NAMES, f'session_policy = "{READS}"', MANAGED % "AmazonRDSFullAccess"), ANYWHERE, "yes"),
        (profile(NAMES, "session_policy = var.v") + 'variable "v" {}\n', ANYWHERE, "maybe"),
        (profile(NAMES, f'session_policy = "{READS}"'), {**ANYWHERE, "AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "yes"),
        (profile('role_arns = ["arn:aws:iam::222222222222:role/bot"]', f'session_policy = "{READS}"'), ANYWHERE, "yes"),
    ],
)  # fmt: skip
def test_what_a_profile_leaves(tmp_path: Path, profiles: str, trust: dict[str, str], expected: str) -> None:
    """A role that only Roles Anywhere opens, and only through profiles that do not let it, may still be opened by others: possible.
    One profile that lets it, or another way in, is a proof."""
    answers = asked(tmp_path, DATABASE % "false", role("bot", allow("rds:DeleteDBInstance"), trust=trust), profiles)
    assert outcome(answers, BOT, Verb.DESTROY, MAIN) is Outcome(expected)
    assert answers.can(BOT, "rds:DeleteDBInstance", MAIN).outcome is Outcome(expected)


def test_the_doubt_names_the_profile(tmp_path: Path) -> None:
    """The answer says which session policy stands between the role and the data."""
    limit = profile(NAMES, f'session_policy = "{READS}"')
    answers = asked(tmp_path, DATABASE % "false", role("bot", allow("rds:DeleteDBInstance"), trust=ANYWHERE), limit)
    (power,) = (each for each in answers.powers_of(BOT) if (each.verb, each.target) == (Verb.DESTROY, MAIN))
    assert power.missing == "whether it acts outside of the session policy of aws_rolesanywhere_profile.p"


def test_a_session_policy_gives_nothing(tmp_path: Path) -> None:
    """What the role itself may not do, no session policy lets it do."""
    limit = profile(NAMES, f'session_policy = "{DELETES}"')
    answers = asked(tmp_path, DATABASE % "false", role("bot", allow("rds:Describe*"), trust=ANYWHERE), limit)
    assert outcome(answers, BOT, Verb.DESTROY, MAIN) is Outcome.NO
