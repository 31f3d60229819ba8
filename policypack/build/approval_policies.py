"""Policies that can refuse a run, as strictly as they are enforced."""

from __future__ import annotations

from collections.abc import Iterator

from policypack.build.estate import Estate
from policypack.build.guards import guards
from policypack.catalog.approval import ApprovalFact
from policypack.model import Evidence, Resource, Unknown
from policypack.model.approvals import Policing


def policing(resource: Resource, fact: ApprovalFact, estate: Estate) -> Iterator[Policing]:
    """A policy that can refuse runs, as strictly as it is enforced."""
    if fact.level is not None:
        level = fact.level
        written = resource.get(level.argument)
        by = resource.get(level.by) if level.by else None
        word = (level.defaults.get(by, level.default) if isinstance(by, str) else level.default) if written is None else written
        at = resource.at(level.argument)
        if isinstance(word, Unknown):
            yield Policing(
                resource,
                word,
                overridable=False,
                evidence=Evidence(f"{level.argument} is not known: {word.reason}", resource.address, at),
            )
            return
        said = (
            f"{level.argument} is set"
            if resource.hides(level.argument)
            else f'{level.argument} = "{word}"'
            if written is not None
            else f'{level.argument} is not set, which is "{word}"'
        )
        overridable = word in level.overridable
        yield Policing(resource, word in level.binding, overridable, Evidence(said, resource.address, at))
    elif fact.role == "policy_set":
        for guard in guards(fact.guards, resource, estate):
            if guard.holds is not True:
                yield Policing(resource, guard.holds, overridable=True, evidence=guard.evidence)
