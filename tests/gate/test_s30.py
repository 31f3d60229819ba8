"""A production table is retired with a real approval, and everything that is almost one: through the command line, with git and ledger."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from policypack.gate.approval import Approval, read_approval, written
from tests.gate.approving import AGENT, ALICE, BOB, Person
from tests.gate.planned import change, plan
from tests.gate.repositories import Place, commit, git

HOUR = timedelta(hours=1)
TABLE = {"name": "old", "arn": "arn:aws:dynamodb:eu-central-1:111111111111:table/old", "tags": {"env": "prod"}}
NAMES = "one.approval.json", "one.approval.json.sig"

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


class Case(Place):
    """A plan that deletes a retired table, and an approval of it that is two hours old."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        people = [f"{each.name} {each.public}\n" for each in (ALICE, BOB)] + [f"bot {AGENT.public}\n"]
        self.agree("people/signers", (self.tree / "people" / "signers").read_text() + "".join(people))
        self.write(change("aws_dynamodb_table.old", ["delete"], TABLE))
        assert self.approve("--output", f"../out/{NAMES[0]}").returncode == 0
        whole = read_approval((self.out / NAMES[0]).read_bytes())
        self.right = replace(whole, issued=whole.issued - 2 * HOUR, expires=whole.expires - 2 * HOUR)
        self.sign(self.right)

    def agree(self, path: str, text: str) -> None:
        """People agree that a file is to be like this."""
        (self.tree / path).write_text(text)
        git(self.tree, "update-ref", "refs/remotes/origin/main", commit(self.tree))

    def write(self, *changes: dict[str, object]) -> None:
        """The plan is another one."""
        self.plan.write_text(json.dumps(plan(*changes)))

    def sign(
        self, approval: Approval, person: Person = ALICE, namespace: str = "policypack-approval", name: str = "one"
    ) -> None:
        """Somebody signs an approval."""
        statement = written(approval)
        (self.out / f"{name}.approval.json").write_bytes(statement)
        (self.out / f"{name}.approval.json.sig").write_bytes(person.sign(statement, namespace))

    def shift(self, hours: int) -> None:
        """The approval was signed so much later."""
        self.sign(replace(self.right, issued=self.right.issued + hours * HOUR, expires=self.right.expires + hours * HOUR))

    def judged(self, code: int) -> tuple[list[str], list[str]]:
        """Why approvals do not count, and what is missing."""
        found = self.gate("--approval", "../out", "--ledger", "../ledger", "--requester", "carol", code=code)
        return [each["code"] for each in found["refused"]], [each["code"] for each in found["missing"]]


def one_byte(case: Case) -> None:
    """One byte of the plan."""
    case.plan.write_bytes(case.plan.read_bytes().replace(b"1.11.4", b"1.11.5"))


def one_address_more(case: Case) -> None:
    """One address more."""
    other = change("aws_dynamodb_table.orders", ["delete"], {**TABLE, "name": "orders"})
    case.write(change("aws_dynamodb_table.old", ["delete"], TABLE), other)


def reused(case: Case) -> None:
    """It was used before."""
    assert case.judged(0) == ([], [])


def of_the_branch(case: Case) -> None:
    """The branch brings it along."""
    for name in NAMES:
        shutil.copy(case.out / name, case.tree / name)
    commit(case.tree)


def truncated(case: Case) -> None:
    """Half of the signature."""
    signature = case.out / NAMES[1]
    signature.write_bytes(signature.read_bytes()[:120])


def another_plan(case: Case) -> None:
    """A right signature over another plan."""
    case.write(change("aws_dynamodb_table.orders", ["delete"], {**TABLE, "name": "orders"}))


MUTATIONS: dict[str, tuple[Callable[[Case], object], str]] = {
    "one byte of the plan": (one_byte, "plan_differs"),
    "one address more": (one_address_more, "more_addresses"),
    "expired": (lambda case: case.shift(-23), "expired"),
    "reused": (reused, "spent"),
    "approver is the requester": (lambda case: case.sign(replace(case.right, requester="alice")), "own_request"),
    "an agent's key": (lambda case: case.sign(case.right, AGENT), "agent"),
    "from the branch": (of_the_branch, "from_branch"),
    "wrong namespace": (lambda case: case.sign(case.right, namespace="file"), "wrong_namespace"),
    "another plan": (another_plan, "other_plan"),
    "truncated": (truncated, "truncated"),
    "a clock an hour off": (lambda case: case.shift(3), "not_yet"),
}


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """The scenario, right in everything."""
    return Case(tmp_path)


def test_a_real_approval_passes(case: Case) -> None:
    """Signed by a person, for this plan, two hours ago, asked for by somebody else: the table may go."""
    assert case.judged(0) == ([], [])


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_what_is_almost_one_does_not(case: Case, mutation: str) -> None:
    """Each way of being wrong is refused for a reason of its own."""
    mutate, code = MUTATIONS[mutation]
    mutate(case)
    assert case.judged(1) == ([code], ["none"])


def test_two_approvals_of_one_person_are_one(case: Case) -> None:
    """Where two people are asked for, one of them twice is not enough; the approvals are not spent by trying."""
    case.agree("policypack.yaml", "version: 1\ngate: {signers: people/signers, approvals: 2}\n")
    case.sign(replace(case.right, nonce="ab" * 16), name="two")
    assert case.judged(1) == ([], ["same_person"])
    case.sign(replace(case.right, nonce="cd" * 16), BOB, name="two")
    assert case.judged(0) == ([], [])


def test_each_has_its_own_reason() -> None:
    """No two of them read the same in a log."""
    assert len({code for _, code in MUTATIONS.values()}) == len(MUTATIONS)
