"""What the gate decided about approvals, for a person and for programs."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from policypack.gate.decide import Decision
from policypack.gate.digest import Digest
from policypack.gate.verify import Accepted
from policypack.visible import visible

_DAY = "%Y-%m-%d %H:%M UTC"


def decision_text(decision: Decision, width: int = 100) -> str:
    """Who approved, why what was handed in does not count, and what is still missing."""
    lines: list[str] = []
    for said in _said(decision):
        lines += textwrap.wrap(
            visible(said), max(width, 40), subsequent_indent="  ", break_on_hyphens=False, break_long_words=False
        )
    return "\n".join(lines) + "\n" if lines else ""


def _said(decision: Decision) -> Iterator[str]:
    for each in decision.accepted:
        touched = " with a touched hardware key" if each.touch.present else ""
        until = each.approval.expires.strftime(_DAY)
        yield f"approved by {each.person[0]}{touched} ({each.fingerprint}), until {until}: {each.approval.reason}"
    yield from (f"does not count: {each.text}" for each in decision.refused)
    yield from (f"refused: {each.text}" for each in decision.missing)


def decision_json(decision: Decision, digest: Digest | None) -> dict[str, Any]:
    """The same as plain values."""
    return {
        "digest": None if digest is None else {"changes": digest.changes, "plan": digest.plan, "file": digest.file},
        "approvals": [_accepted(each) for each in decision.accepted],
        "refused": [{"code": each.code, "text": each.text, "approval": each.approval} for each in decision.refused],
        "missing": [{"code": each.code, "text": each.text} for each in decision.missing],
    }


def _accepted(each: Accepted) -> dict[str, Any]:
    return {
        "approval": each.name,
        "by": list(each.person),
        "key": each.fingerprint,
        "presence": each.touch.present,
        "verification": each.touch.verified,
        "requester": each.approval.requester,
        "reason": each.approval.reason,
        "issued": each.approval.issued.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "expires": each.approval.expires.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "nonce": each.approval.nonce,
    }
