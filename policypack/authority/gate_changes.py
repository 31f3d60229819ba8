"""What a plan changes of the gate in front of its own apply: who must decide, who need not ask, and the files that say so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from policypack.catalog import load_catalog
from policypack.model import Environment, Evidence, Infrastructure, Resource, lookup
from policypack.model.approvals import Approvals

if TYPE_CHECKING:
    from policypack.catalog.approval import ApprovalFact

_PIPELINES = r"\.github/(?:workflows|actions)/.+|(?:.+/)?\.gitlab-ci\.ya?ml|\.gitlab/ci/.+|(?:.+/)?atlantis\.ya?ml"
_OWN = re.compile(rf"(?:(?:.+/)?(?:CODEOWNERS|policypack\.ya?ml|allowed_signers|\.policypack/.+)|{_PIPELINES})")
_SETTINGS = frozenset({"environment", "workspace", "settings", "branch_rule", "self_review"})
_POLICIES = frozenset({"policy", "policy_set", "approval_policy", "attachment"})


class GateChange(Struct, frozen=True):
    """A resource that decides about approvals, or about which that is decided, and what the plan does to it."""

    resource: Resource
    text: str
    environment: Environment | None = None
    because: tuple[Evidence, ...] = ()


def gate_changes(infrastructure: Infrastructure) -> Iterator[GateChange]:
    """All of it, each with the resource that the plan changes. New gates are none, new rights over gates are."""
    acted = [each for each in infrastructure.resources if each.mode == "managed" and _acts(each)]
    if not acted:
        return
    before = infrastructure.before.approvals if infrastructure.before else Approvals()
    other = {
        gate.resource.place for gate in (*before.gates, *infrastructure.approvals.gates) if not gate.environment.production
    }
    rights = {right.resource.place for right in (*before.rights, *infrastructure.approvals.rights)}
    trusts = {place for place, _, _ in set(_trusts(before)) ^ set(_trusts(infrastructure.approvals))}
    catalog = load_catalog()
    for each in acted:
        fact = catalog.approval(each.type)
        if each.place in rights:
            yield GateChange(each, f"The plan {_does(each)} a right over what decides about approvals.")
        elif fact is not None and fact.role == "file":
            if _OWN.fullmatch(path := _path(each, fact)):
                shown = "" if each.hides(fact.path) else f": {path}"
                yield GateChange(each, f"The plan {_does(each)} a file of the gate{shown}.")
        elif fact is not None and each.place not in other and _loosens(each, fact):
            what = fact.label or fact.role.replace("_", " ")
            yield GateChange(each, f"The plan {_does(each)} what decides about approvals: this {what}.")
        elif each.place in trusts and not _is_new(each) and not each.goes:
            yield GateChange(each, "The plan changes which pipelines' tokens become this identity.")
    yield from _agents_let_in(before, infrastructure.approvals)


def _agents_let_in(before: Approvals, after: Approvals) -> Iterator[GateChange]:
    """Agents that decide at a gate that stood, or pass it by, and did not before: who is in a team is often said elsewhere."""
    stood = {
        gate.resource.place: {(actor.label, actor.passes) for actor in gate.actors if actor.agent is True}
        for gate in before.gates
    }
    for gate in after.gates:
        had = stood.get(gate.resource.place)
        for actor in gate.actors if had is not None and gate.environment.production else ():
            if actor.agent is True and had is not None and (actor.label, actor.passes) not in had:
                text = f"The plan lets an agent {'pass by' if actor.passes else 'decide at'} this {gate.label}: {actor.label}."
                said = (Evidence(actor.reason, actor.label), actor.evidence)
                yield GateChange(gate.resource, text, gate.environment, said)


def _acts(resource: Resource) -> bool:
    return resource.change is not None and bool(set(resource.change.actions) - {"no-op", "read"})


def _does(resource: Resource) -> str:
    change = resource.change
    if change is None or change.replaces:
        return "replaces"
    return "adds" if _is_new(resource) else "deletes" if change.destroys else "lets go of" if change.forgets else "changes"


def _is_new(resource: Resource) -> bool:
    return resource.change is not None and resource.change.actions == ("create",)


def _path(resource: Resource, fact: ApprovalFact) -> str:
    path = resource.get(fact.path)
    return path.removeprefix("./") if isinstance(path, str) else ""


def _loosens(resource: Resource, fact: ApprovalFact) -> bool:
    """Whether something that decides goes, or one of the arguments that it decides by becomes another. What is new adds a decision,
    but for a setting that lets people approve themselves."""
    change = resource.change
    if change is None or fact.role not in _SETTINGS | _POLICIES:
        return False
    if _is_new(resource):
        return fact.role == "self_review" and any(resource.get(each.attribute) not in {each.safe, None} for each in fact.guards)
    if change.destroys or change.forgets:
        return True
    return any(lookup(change.before, each) != resource.get(each) for each in _arguments(fact))


def _arguments(fact: ApprovalFact) -> set[str]:
    """The arguments that it decides by."""
    found = {fact.of, fact.branches, fact.policy, fact.each, fact.labels, *fact.asks, *fact.only_when}
    found |= {each.attribute for each in fact.guards} | {each.argument for each in fact.actors}
    found |= {fact.level.argument} if fact.level else set()
    found |= {"policy", "body", "rego", "query"} if fact.role in _POLICIES else set()
    return found - {""}


def _trusts(approvals: Approvals) -> Iterator[tuple[tuple[str, str], str, str]]:
    for each in approvals.trusts:
        yield each.resource.place, each.lets_in, repr(each.pinned)
