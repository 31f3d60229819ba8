"""The vectors that were written by hand from AWS documentation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from policypack.model import Outcome
from tests.authority.worlds import ask

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
