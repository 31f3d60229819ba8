"""What a question costs, counted in calls of the engine: seconds depend on the machine."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from policypack.authority.aws import Layers, Principal
from policypack.authority.aws.bulk import Evaluator
from policypack.authority.aws.lines import Target
from policypack.model import Verb
from scripts.bench_authority import core, graph, world
from scripts.plain_core import PlainEvaluator
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


def calls(work: Callable[[], object]) -> int:
    """How many functions a piece of work calls, those of the interpreter included."""
    found = 0

    def counted(_frame: object, event: str, _argument: object) -> None:
        nonlocal found
        found += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        work()
    finally:
        sys.setprofile(before)
    return found


@pytest.mark.parametrize(
    "made",
    [core, lambda size: core(size, tagged=0.33), graph],
    ids=["plain policies", "with conditions", "the graph"],
)
def test_twice_as_many_take_about_twice_the_work(made: Callable[[int], Callable[[], object]]) -> None:
    """Twice the identities, stores and policies: well under three times the calls."""
    made(10)()  # what is read from tables is read once
    assert calls(made(400)) < 2.6 * calls(made(200))


def pairs(found: Iterable[tuple[int, int]], actions: Sequence[str], targets: Sequence[str]) -> set[tuple[str, str]]:
    """Sets of actions and of targets, one by one."""
    return {
        (action, target)
        for called, reached in found
        for number, action in enumerate(actions)
        if called >> number & 1
        for place, target in enumerate(targets)
        if reached >> place & 1
    }


@pytest.mark.parametrize("inside", [True, False])
def test_what_the_engine_is_measured_against_answers_the_same(inside: bool) -> None:
    """The plain evaluator of the bench allows what the engine may allow: both do the work that is compared. Keys aside, whose own
    policies would have to let the account in."""
    made = world(60, inside=inside)
    plain = PlainEvaluator(made.actions, made.arns)
    engine = Evaluator(made.actions, [Target((each,), ACCOUNT) for each in sorted(made.arns)])
    asked = 0
    for own, boundary in made.held:
        layers = Layers(tuple(map(engine.decoded, own)), None if boundary is None else engine.decoded(boundary))
        powers = engine.powers(Principal("user", (f"arn:aws:iam::{ACCOUNT}:user/u",), ACCOUNT), layers)
        ours = pairs([(each.actions, each.possible) for each in powers], made.actions, sorted(made.arns))
        documents: list[Any] = [each.document for each in own]
        limit: Any = None if boundary is None else boundary.document
        theirs = pairs(plain.powers(documents, limit), made.actions, plain.arns)
        assert ours == {(action, arn) for action, arn in theirs if not action.startswith(("kms:", "sts:AssumeRole"))}
        asked += len(ours)
    assert asked


SCAN = """
import sys
sys.argv = ["policypack", "scan", "--fail-on", "never", sys.argv[1]]
from policypack.cli import main
try:
    main()
finally:
    print(sorted(name for name in sys.modules if name.startswith("policypack.authority.aws.")), file=sys.stderr)
"""
NETWORK = 'resource "aws_vpc" "main" {\n  cidr_block = "10.0.0.0/16"\n}\n'
DATA = 'resource "aws_s3_bucket" "data" {\n  bucket = "data"\n}\n'


@pytest.mark.parametrize(
    ("written", "loaded"),
    [
        (NETWORK, False),
        (NETWORK + role("worker", allow("ec2:*")), False),
        (NETWORK + DATA, False),
        (NETWORK + DATA + role("bot", allow("s3:*")), True),
    ],
    ids=["neither identities nor stores", "no agents and no stores", "no identities", "both"],
)
def test_a_scan_loads_the_engine_only_where_somebody_could_do_something(tmp_path: Path, written: str, loaded: bool) -> None:
    """Where there is nobody to ask about, or nothing to lose, the scan does not pay for the engine."""
    (tmp_path / "main.tf").write_text(written, "utf-8")
    ended = subprocess.run(
        [sys.executable, "-c", SCAN, str(tmp_path)], capture_output=True, text=True, check=False, timeout=120
    )
    assert ended.returncode == 0, ended.stderr
    assert (ended.stderr.splitlines()[-1] != "[]") is loaded
