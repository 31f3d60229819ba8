"""What a plan changes of the gate itself: who must decide, who need not ask, and the files that say so."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from policypack.catalog import Catalog, load_catalog
from policypack.catalog.approval import ApprovalFact
from policypack.gate.need import Need, acted_on, acts, happens
from policypack.model import Evidence, Infrastructure, Resource, lookup
from policypack.model.approvals import Approvals

# Where files of a repository are resources: the argument that has the path.
_FILES = {"github_repository_file": "file", "gitlab_repository_file": "file_path"}
_PIPELINES = r"\.github/(?:workflows|actions)/.+|(?:.+/)?\.gitlab-ci\.ya?ml|\.gitlab/ci/.+|(?:.+/)?atlantis\.ya?ml"
_OWN = re.compile(rf"(?:(?:.+/)?(?:CODEOWNERS|policypack\.ya?ml|allowed_signers|\.policypack/.+)|{_PIPELINES})")
_SETTINGS = frozenset({"environment", "workspace", "settings", "branch_rule", "self_review"})
_POLICIES = frozenset({"policy", "policy_set", "approval_policy", "attachment"})


def wanted(catalog: Catalog) -> Callable[[str], bool]:
    """Which types have to be decoded for the gate: what the catalog knows, and files of repositories."""
    return lambda kind: kind in _FILES or catalog.knows(kind)


def gates_changed(infrastructure: Infrastructure) -> Iterator[Need]:
    """All of it, each with the resource that the plan changes."""
    catalog = load_catalog()
    before = infrastructure.before.approvals if infrastructure.before else Approvals()
    other = {
        gate.resource.place for gate in (*before.gates, *infrastructure.approvals.gates) if not gate.environment.production
    }
    rights = {right.resource.place for right in (*before.rights, *infrastructure.approvals.rights)}
    trusts = set(_trusts(before)) ^ set(_trusts(infrastructure.approvals))
    for each in infrastructure.resources:
        if not acts(each):
            continue
        if (path := _file(each)) and _OWN.fullmatch(path):
            yield acted_on(each, "gate_changed", f"The plan {_does(each)} a file of the gate{_shown(each, path)}.")
        elif each.place in rights:
            yield acted_on(each, "gate_changed", f"The plan {_does(each)} a right over what decides about approvals.")
        elif each.place not in other and (fact := catalog.approval(each.type)) is not None and _loosens(each, fact):
            what = fact.label or fact.role.replace("_", " ")
            yield acted_on(each, "gate_changed", f"The plan {_does(each)} what decides about approvals: this {what}.")
        elif any(place == each.place for place, _, _ in trusts) and not _is_new(each) and not each.goes:
            yield acted_on(each, "gate_changed", "The plan changes which pipelines' tokens become this identity.")
    yield from _agents_let_in(before, infrastructure.approvals)


def _agents_let_in(before: Approvals, after: Approvals) -> Iterator[Need]:
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
                yield acted_on(gate.resource, "gate_changed", text, gate.environment, because=said)


def _does(resource: Resource) -> str:
    return "adds" if _is_new(resource) else happens(resource)


def _is_new(resource: Resource) -> bool:
    return resource.change is not None and resource.change.actions == ("create",)


def _file(resource: Resource) -> str:
    path = resource.get(_FILES[resource.type]) if resource.type in _FILES else None
    return path.removeprefix("./") if isinstance(path, str) else ""


def _shown(resource: Resource, path: str) -> str:
    return "" if resource.hides(_FILES[resource.type]) else f": {path}"


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
