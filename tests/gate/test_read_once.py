"""What is judged is what is approved, and the digest is made where somebody asks for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from policypack.gate import command, judge, terms
from policypack.gate.command import GateRequest, gate
from policypack.gate.digest import digest, members_of
from policypack.gate.needs import needs
from policypack.settings import Settings
from tests.gate.planned import DATABASE, change, plan, written

OTHER = json.dumps(plan(change("aws_db_instance.main", ["delete"], {**DATABASE, "identifier": "other"}))).encode()


def answered(path: Path, **more: Any) -> command.Answer:
    """What the gate says of a plan."""
    return gate(GateRequest(str(path), **more))


def test_a_plan_that_is_exchanged_while_it_is_judged_is_not_approved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The digest is of the text that was judged, whatever the file has by then."""
    monkeypatch.chdir(tmp_path)
    path = written(tmp_path, change("aws_db_instance.main", ["delete"], DATABASE))
    first = path.read_bytes()

    def exchanged(*arguments: Any) -> Any:
        path.write_bytes(OTHER)
        return needs(*arguments)

    monkeypatch.setattr(judge, "needs", exchanged)
    told = json.loads(answered(path, format="json").text)
    assert path.read_bytes() == OTHER
    assert told["digest"]["plan"] == digest(members_of(first), ()).plan != digest(members_of(OTHER), ()).plan


def test_nobody_pays_for_a_digest_that_nobody_asks_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person who is told what needs approval waits for no digest; approvals, a ledger and programs get one."""
    monkeypatch.chdir(tmp_path)
    path = written(tmp_path, change("aws_db_instance.main", ["delete"], DATABASE))
    made: list[object] = []

    def counted(*arguments: Any) -> Any:
        made.append(arguments)
        return digest(*arguments)

    monkeypatch.setattr(terms, "digest", counted)
    assert answered(path).exit_code == 1
    assert not made
    for more in ({"format": "json"}, {"ledger": tmp_path}, {"approvals": [tmp_path]}):
        assert answered(path, **more).exit_code == 1
    assert len(made) == 3


def test_a_digest_that_was_not_made_is_no_approvals(tmp_path: Path) -> None:
    """No approval can name the digest that stands for none."""
    held = terms.terms_of((), None, terms.local_authority(Settings().gate, None, tmp_path))
    assert held.digest.plan == held.digest.changes == ""
