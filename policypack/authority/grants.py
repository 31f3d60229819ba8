"""What policies say in themselves: grants of everything, and denies that ask a condition first.

The engine says what an identity can do. These are the questions where the way in which it is written counts too: a grant of
everything is wrong even while a guardrail holds it back, and a deny that its target can step out of is no deny.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from policypack.model import Evidence, Identity, Level, Policy

if TYPE_CHECKING:  # the engine is loaded when somebody is asked about, not by every scan
    from policypack.authority.aws.document import Statement

# Whoever has all of one of these has everything: rights, sessions, keys, the account itself, the copies.
_RULING = frozenset({"iam", "sts", "organizations", "account", "kms", "backup", "sso", "sso-admin"})


class Grant(Struct, frozen=True):
    """A statement that allows a whole service or more on every resource, without a condition.

    `everything`: nothing is left out. `certain` is False where a part of the statement cannot be read.
    """

    policy: Policy
    said: str
    everything: bool
    certain: bool
    shown: Evidence | None = None

    @property
    def evidence(self) -> Evidence:
        """The statement, where it stands."""
        if self.shown is not None:
            return self.shown
        return at(self.policy, f"{self.policy.name} allows {self.said} on every resource")


class ConditionalDeny(Struct, frozen=True):
    """A statement that denies only under a condition: the actions' patterns, and the keys with their operators."""

    policy: Policy
    statement: Statement
    layer: str

    @property
    def keys(self) -> tuple[str, ...]:
        """The condition keys, in lower case."""
        return tuple(dict.fromkeys(each.key for each in self.statement.conditions))

    def covers(self, action: str) -> bool:
        """Whether it is about an action."""
        from policypack.authority.aws.decide import action_match
        from policypack.authority.aws.kleene import F

        return action_match(self.statement, action.lower()) != F


def at(policy: Policy, text: str) -> Evidence:
    """A step of a proof that stands in a policy, or where it is attached."""
    place = policy.origin or policy.attached_by
    return Evidence(text, place.address, place.at("policy")) if place else Evidence(text)


def broad(identity: Identity, services: Collection[str] = ()) -> Iterator[Grant]:
    """The grants of everything, of everything but something, or of all of a service that rules or is one of `services`."""
    yield from _broad_roles(identity)
    if not identity.policies:
        return
    from policypack.authority.aws.document import statements

    for policy in identity.policies:
        for each in statements(policy):
            unlimited = each.resources is not None and any(not text.strip("*") for text in each.resources if text)
            if each.effect != "Allow" or each.conditions or not unlimited or each.not_resources:
                continue
            if _unreadable(policy, each):
                continue
            said, everything = _said(each, _RULING | set(services))
            if said:
                yield Grant(policy, said, everything, not each.doubt)


def _broad_roles(identity: Identity) -> Iterator[Grant]:
    """The roles that may do everything or nearly, on a domain or more, without a condition."""
    roles = [each for each in identity.grants if each.effect == "allow" and each.scope.level is not Level.THING]
    if not roles:
        return
    from policypack.catalog.scoped import facts

    for each in roles:
        known = facts(identity.language)
        everything = ("*" in each.actions and not each.excluded) or each.role in known.rulers
        ruling = [] if each.excluded else [pattern for pattern in each.actions if pattern in known.ruling]
        if each.condition is True and not each.expression and (everything or ruling or each.role in known.admins):
            said = "everything" if everything else ", ".join(ruling) if ruling else f"what {each.role} allows"
            yield Grant(Policy(each.role, None), said, everything, each.lost is None, each.evidence)


def within_limits(identity: Identity) -> bool:
    """Whether anything that the inputs show stands over what it is allowed, whatever that says."""
    levels = (policy for level in identity.guardrails for policy in level if not policy.assumed)
    return identity.boundary is not None or any(levels) or any(each.effect != "allow" for each in identity.grants)


def can_be_limited(identity: Identity) -> bool:
    """Whether its platform knows statements that stand over what an identity is allowed."""
    if not identity.grants:
        return True
    from policypack.catalog.scoped import facts

    return facts(identity.language).bounded


def or_bounded(identity: Identity, text: str) -> str:
    """What a fix offers beside taking a right away, where the platform has anything that stands over what is allowed."""
    return f", or {text}" if can_be_limited(identity) else ""


def _unreadable(policy: Policy, statement: Statement) -> bool:
    """A document that nobody can read may allow anything: that is a doubt of every power, and no grant that was written."""
    return bool(statement.doubt) and (not isinstance(policy.document, dict) or " says is not known" in statement.doubt)


def _said(statement: Statement, services: Collection[str]) -> tuple[str, bool]:
    from policypack.authority.aws.text import shown

    if statement.not_actions:
        return f"everything but {', '.join(shown(text) for text in statement.actions)}", False
    for pattern in statement.actions:
        if not pattern.replace(":", "").strip("*"):
            return "every action", True
        service, _, name = pattern.partition(":")
        if name and not name.strip("*") and service in services:
            return f"every action of {service}", False
    return "", False


def rules_everything(identity: Identity) -> bool:
    """Whether it may do everything and nothing that the inputs show limits it."""
    if limited(identity) or any(_denies(policy) for policy in identity.policies):
        return False
    return any(each.everything and each.certain for each in broad(identity))


def limited(identity: Identity) -> bool:
    """Whether a boundary or an organisation's deny stands over it, whatever its own policies say."""
    if any(each.effect != "allow" for each in identity.grants):
        return True
    return identity.boundary is not None or any(_denies(policy) for level in identity.guardrails for policy in level)


def _denies(policy: Policy) -> bool:
    from policypack.authority.aws.document import statements

    return any(each.effect == "Deny" and not _unreadable(policy, each) for each in statements(policy))


def layers(identity: Identity) -> Iterator[tuple[str, Policy]]:
    """The policies that can deny it something, with the name of their layer. What is only assumed is left out."""
    for each in identity.grants:
        if each.effect != "allow":
            yield "deny policy" if each.effect == "deny" else "access boundary", Policy(each.role, {}, assumed=False)
    yield from (("policy", policy) for policy in identity.policies)
    if identity.boundary is not None:
        yield "boundary", identity.boundary
    yield from (("organisation policy", policy) for level in identity.guardrails for policy in level if not policy.assumed)


def conditional_denies(identity: Identity) -> Iterator[ConditionalDeny]:
    """The denies in its policies, its boundary and the organisation's policies that ask a condition first."""
    from policypack.authority.aws.document import statements

    for layer, policy in layers(identity):
        for each in statements(policy):
            if each.effect == "Deny" and each.conditions and isinstance(policy.document, dict):
                yield ConditionalDeny(policy, each, layer)
