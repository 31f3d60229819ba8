"""The line that a decision leaves: who, what, when, by which rules, and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import PurePath
from typing import Any

from policypack.gate.decide import Decision
from policypack.gate.digest import Digest
from policypack.gate.judge import Judged
from policypack.gate.told import decision_json
from policypack.gate.trusted import Trusted

_MOST = 1_000
VERDICTS = ("passed", "refused", "not_judged")
"""By exit code."""


def record(
    judged: Judged, decided: tuple[Decision, Digest | None], source: Trusted, requesters: Sequence[str], code: int
) -> dict[str, Any]:
    """One decision as plain values. `spent` are the nonces of what it used: none, where it did not pass."""
    decision, digest = decided
    needs = [{"address": each.address, "kind": each.kind, "actions": list(each.actions)} for each in judged.needs[:_MOST]]
    return {
        "at": datetime.now(tz=timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "verdict": VERDICTS[code],
        "plan": PurePath(judged.plan.path).name,
        "needs": needs,
        "more_needs": len(judged.needs) - len(needs),
        "unjudged": list(judged.unjudged),
        "requesters": list(requesters),
        "policy": rules_json(source),
        **decision_json(decision, digest),
        "spent": sorted({each.approval.nonce for each in decision.accepted}) if code == 0 else [],
    }


def rules_json(source: Trusted) -> dict[str, Any]:
    """Where the rules were taken from."""
    return {"ref": source.ref or None, "commit": source.commit or None}
