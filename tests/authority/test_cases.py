"""The vectors that were written by hand from AWS documentation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from policypack.authority.aws.bulk import Evaluator
from policypack.authority.aws.lines import Target
from policypack.model import Outcome, Policy, replace
from tests.authority.worlds import ask, context, layers, principal

CASES: list[dict[str, Any]] = json.loads(Path(__file__).with_name("cases.json").read_text("utf-8"))
SILENT = {"rp-notprincipal-deny", "var-wild-in-value"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_vector_is_decided_as_documented(case: dict[str, Any]) -> None:
    """Allowed is YES, not allowed is NO; MAYBE only where the documentation is silent."""
    decision = ask(
        case["action"],
        case["resource"],
        who=case["principal"],
        owner=case["owner"],
        given=case["context"],
        identity=case["identity"],
        boundary=case["boundary"],
        session=case["session"],
        scps=case["scps"],
        resource=case["resource_policy"],
    )
    assert decision.outcome in (
        {Outcome.YES} if case["expect"] else {Outcome.NO, Outcome.MAYBE if case["id"] in SILENT else Outcome.NO}
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_vector_is_decided_so_in_sets_too(case: dict[str, Any]) -> None:
    """The sets of the bulk evaluator hold the target exactly where it is allowed."""
    standing = () if case["resource_policy"] is None else (Policy("standing", case["resource_policy"]),)
    target = Target((case["resource"],), case["owner"], {}, standing)
    who = replace(principal(case["principal"]), context=context(case["context"]))
    own = layers(case["identity"], case["boundary"], case["session"], scps=case["scps"])
    atoms = Evaluator([case["action"]], [target], closed=True).powers(who, own)
    certain, possible = any(atom.certain for atom in atoms), any(atom.possible for atom in atoms)
    assert certain == case["expect"]
    assert case["id"] in SILENT or possible == case["expect"]
