"""Roles inside a database that a principal of AWS signs in as (Amazon RDS User Guide, "IAM database authentication": the action
`rds-db:connect` on `arn:…:dbuser:{resource id}/{user}`). A database role that an agent signs in as is an agent's.

Only statements that name the action count: whoever may do everything needs no database to destroy one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from msgspec import Struct

from policypack.build.identity_policies import listed
from policypack.model import Gap, Identity, IdentityKind, Policy, Resource, Unknown, Value, replace

_CONNECT = "rds-db:connect"


class _SignIn(Struct, frozen=True):
    """Who may sign in as which user (perhaps with stars), and the policy that lets them."""

    identity: Identity
    user: str
    by: Resource


def signing_in(identities: Sequence[Identity]) -> tuple[tuple[Identity, ...], tuple[Gap, ...]]:
    """All identities, where database roles that agents sign in as are agents'; and whom nobody shows inside a database."""
    found = [each for identity in identities if identity.kind is IdentityKind.AGENT for each in _sign_ins(identity)]
    if not found:
        return tuple(identities), ()
    made = tuple(_recognised(each, found) for each in identities)
    roles = [each for each in identities if each.acts_in_database]
    lost = dict.fromkeys(
        Gap(
            f"{each.identity.address} may sign in to databases as {each.user} ({_CONNECT}): what that user may do is not among the "
            "inputs",
            each.by.location,
            inputs=(each.by.inside,),
        )
        for each in found
        if not any(_is(role, each.user) for role in roles)
    )
    return made, tuple(lost)


def _recognised(role: Identity, found: Sequence[_SignIn]) -> Identity:
    if not role.acts_in_database or role.declared or role.kind is IdentityKind.AGENT:
        return role
    for each in found:
        if _is(role, each.user):
            said = f"{each.identity.address} may sign in as it ({_CONNECT}), and is an agent's: {each.identity.reason}"
            return replace(role, kind=IdentityKind.AGENT, reason=said)
    return role


def _is(role: Identity, user: str) -> bool:
    return isinstance(role.arn, str) and fnmatchcase(role.arn, user.replace("[", "[[]"))


def _sign_ins(identity: Identity) -> Iterator[_SignIn]:
    for policy in identity.policies if identity.language == "aws" else ():
        for resource in _allowed(policy):
            text = resource if isinstance(resource, str) else ""
            if isinstance(resource, Unknown):
                text = "".join(each if isinstance(each, str) else "*" for each in resource.parts)
            yield _SignIn(identity, text.rpartition("/")[2] or "*", policy.origin or policy.attached_by or identity.resource)


def _allowed(policy: Policy) -> Iterator[Value]:
    """The resources of the statements that allow the action by its name."""
    document = policy.document
    for statement in listed(document.get("Statement")) if isinstance(document, dict) else ():
        if isinstance(statement, dict) and statement.get("Effect") == "Allow":
            actions = [each.lower() for each in listed(statement.get("Action")) if isinstance(each, str)]
            if any(each.startswith("rds-db:") and fnmatchcase(_CONNECT, each) for each in actions):
                yield from listed(statement.get("Resource"))
