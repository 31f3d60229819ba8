"""Boundaries and denials that a plan loosens, whoever they are about. The checks look at agents; what denies something to everybody
else, or stands on what is guarded, is part of the way there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from policypack.catalog import load_catalog
from policypack.gate.need import Need, acted_on, acts, happens
from policypack.model import Identity, Infrastructure, Policy, Resource, Unknown, Value

Place = tuple[str, str]


def loosened(infrastructure: Infrastructure) -> Iterator[Need]:
    """Boundaries and denials that stood before the plan and do not stand after it."""
    before = infrastructure.before
    if before is None:
        return
    now = {_former(each.resource): each for each in infrastructure.identities if not each.resource.goes}
    changed = {each.place: each for each in infrastructure.resources if acts(each)}
    catalog = load_catalog()
    for each in changed.values():
        entry = catalog.entry(each.type)
        argument = entry.limits if entry is not None else ""
        if (
            argument
            and each.change
            and each.change.before
            and (each.goes or each.change.before.get(argument) != each.get(argument))
        ):
            what = "limits somebody, whoever that is"
            yield acted_on(each, "boundary_changed", f"The plan {happens(each)} what {what}.", certain=each.goes)
    for old in before.identities:
        new = now.get(old.resource.place)
        if new is not None:
            yield from _of_identity(old, new, changed)
    places = {_former(each): each for each in infrastructure.resources if not each.goes} if before.resource_policies else {}
    for place, policies in before.resource_policies.items():
        standing = places.get(place)
        if standing is None or _elsewhere(standing, infrastructure):
            continue
        after = infrastructure.resource_policies.get(standing.place, ())
        yield from _denials(policies, after, standing, changed, f"what {standing.address} denies")


def _of_identity(old: Identity, new: Identity, changed: Mapping[Place, Resource]) -> Iterator[Need]:
    if old.boundary is not None and (new.boundary is None or _differs(old.boundary, new.boundary)):
        word = "takes away" if new.boundary is None else "changes"
        subject = _changed_one((old.boundary, *((new.boundary,) if new.boundary else ())), new.resource, changed)
        if subject is not None:
            yield acted_on(subject, "boundary_changed", f"The plan {word} the boundary of {new.address}.", new.environment)
    yield from _denials(old.policies, new.policies, new.resource, changed, f"what is denied to {new.address}")
    gone = {repr(each) for each in _stops(old)} - {repr(each) for each in _stops(new)}
    if gone and (subject := _changed_one((), new.resource, changed) or _granting(old, changed)) is not None:
        yield acted_on(subject, "boundary_changed", f"The plan loosens what is denied to {new.address}.", new.environment)


def _denials(
    old: Iterable[Policy], new: Iterable[Policy], holder: Resource, changed: Mapping[Place, Resource], what: str
) -> Iterator[Need]:
    old, new = tuple(old), tuple(new)
    lost = _denied(old) - _denied(new)
    if not lost:
        return
    certain = not any(isinstance(each.document, Unknown) for each in new)
    subject = _changed_one(old, holder, changed) or _changed_one(new, holder, changed)
    if subject is not None:
        text = f"The plan {'loosens' if certain else 'may loosen'} {what}."
        yield acted_on(subject, "boundary_changed", text, certain=certain)


def _changed_one(policies: Iterable[Policy], holder: Resource, changed: Mapping[Place, Resource]) -> Resource | None:
    """The resource whose change it is: that which has the text, that which attaches it, or the holder."""
    for policy in policies:
        for each in (policy.origin, policy.attached_by):
            if each is not None and each.place in changed:
                return changed[each.place]
    return changed.get(holder.place)


def _granting(old: Identity, changed: Mapping[Place, Resource]) -> Resource | None:
    """The changed resource that one of its denials or limits was written in."""
    addresses = {grant.evidence.resource for grant in old.grants if grant.effect != "allow"}
    return next((each for place, each in sorted(changed.items()) if place[1] in addresses), None)


def _stops(identity: Identity) -> list[tuple[object, ...]]:
    """What its platform denies it or limits it to, without where that is written."""
    return [
        (each.effect, each.role, each.actions, each.excluded, str(each.scope), each.expression)
        for each in identity.grants
        if each.effect != "allow"
    ]


def _denied(policies: Iterable[Policy]) -> set[str]:
    """The statements that deny, each in one form."""
    found: set[str] = set()
    for policy in policies:
        document = policy.document.document if isinstance(policy.document, Unknown) else policy.document
        statements = document.get("Statement") if isinstance(document, dict) else None
        for each in statements if isinstance(statements, list) else [statements]:
            if isinstance(each, dict) and each.get("Effect") == "Deny":
                found.add(_form({key: value for key, value in each.items() if key != "Sid"}))
    return found


def _differs(old: Policy, new: Policy) -> bool:
    return _form(old.document) != _form(new.document)


def _form(value: Value | Mapping[str, Value]) -> str:
    return json.dumps(value, sort_keys=True, default=repr)


def _former(resource: Resource) -> Place:
    return resource.inside, (resource.change and resource.change.previous_address) or resource.address


def _elsewhere(resource: Resource, infrastructure: Infrastructure) -> bool:
    """Whether it is a store, and one of another environment than production."""
    store = infrastructure.by_place.get(resource.place)
    old = infrastructure.earlier(store) if store else None
    return store is not None and not store.environment.production and not (old and old.environment.production)
