"""Roles on Google Cloud that somebody may take when it wants (Privileged Access Manager)."""

from __future__ import annotations

from collections.abc import Iterator

from policypack.build.google_access import Given, Role
from policypack.build.google_members import Members, listed
from policypack.build.google_places import PROVIDER, Places
from policypack.build.identity_documents import stands
from policypack.build.index import asks
from policypack.model import Evidence, Grant, Level, Resource, Scope, Truth, Unknown, Value, replace

TYPE = "google_privileged_access_manager_entitlement"
_ACCESS = "privileged_access.gcp_iam_access"
_HOST = "//cloudresourcemanager.googleapis.com/"


def entitlements(members: Members, places: Places, role: Role) -> Iterator[Given]:
    """What entitlements let somebody take."""
    for each in members.documents.estate.by_type.get(TYPE, ()):
        if stands(each):
            made = list(_grants(each, places, role))
            for who in listed(each.get("eligible_users.principals")):
                for member, sure in members.meant(who, each):
                    yield from (
                        Given(member, one if sure is True else replace(one, condition=sure), "member", each) for one in made
                    )


def _grants(entitlement: Resource, places: Places, role: Role) -> Iterator[Grant]:
    scope = _scope(entitlement, places)
    for block in listed(entitlement.get(f"{_ACCESS}.role_bindings")):
        values = block if isinstance(block, dict) else {"role": block}
        name, actions, lost, custom = role(values.get("role"), entitlement)
        condition, expression = _condition(entitlement, values.get("condition_expression"))
        yield Grant(
            "allow",
            name,
            actions,
            scope,
            Evidence(f"{name} at {scope}, which it may take", entitlement.address, entitlement.location),
            condition=condition,
            expression=expression,
            lost=lost,
            partial=lost is None and custom is None,
            defined_in=custom,
        )


def _condition(entitlement: Resource, written: Value) -> tuple[Truth, str]:
    if entitlement.blocks("approval_workflow"):
        return Unknown(f"somebody has to approve what {entitlement.address} lets it take"), ""
    if isinstance(written, Unknown):
        return Unknown("the condition of the grant is not known"), ""
    return True, written if isinstance(written, str) else ""


def _scope(entitlement: Resource, places: Places) -> Scope:
    """The project, folder or organisation that the roles are taken at; one that cannot be told may be any."""
    value = entitlement.get(f"{_ACCESS}.resource")
    kind, _, name = value.removeprefix(_HOST).partition("/") if isinstance(value, str) else ("", "", "")
    if kind == "projects" and name:
        home = places.documents.domains.make(PROVIDER, name, f"{entitlement.inside}#{name}")
        return Scope(PROVIDER, Level.DOMAIN, domain=home)
    if kind in {"folders", "organizations"} and name:
        return Scope(PROVIDER, Level.ABOVE, above=f"{kind}/{name}")
    said = asks(value) if isinstance(value, Unknown) else "what is written there"
    return Scope(PROVIDER, Level.ABOVE, above=Unknown(f"the place of {entitlement.address} depends on {said}"))
