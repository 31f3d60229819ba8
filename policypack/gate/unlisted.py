"""A plan that lists no changes. Terraform leaves the list out where there is nothing to list; so does damage."""

from __future__ import annotations

from collections.abc import Iterator

from policypack.gate.canonical import members_of
from policypack.model import Input
from policypack.read.options import ReadError

_KNOWN = frozenset(
    {
        "action_invocations",
        "applyable",
        "checks",
        "complete",
        "configuration",
        "deferred_action_invocations",
        "deferred_changes",
        "errored",
        "format_version",
        "output_changes",
        "planned_values",
        "prior_state",
        "relevant_attributes",
        "resource_changes",
        "resource_drift",
        "terraform_version",
        "timestamp",
        "variables",
    }
)


def unlisted(plan: Input, text: bytes) -> Iterator[str]:
    """Why a plan that shows no change is not to be taken for one that changes nothing."""
    if plan.passed or any(each.change is not None for each in plan.resources):
        return
    try:
        members = members_of(text)
    except ReadError as error:
        yield f"{error.reason} ({error.hint})"
        return
    odd = sorted(members.keys() - _KNOWN)
    if odd and "resource_changes" not in members:
        yield f"the plan lists no changes, and has something that is not understood: {odd[0][:40]!r}"
