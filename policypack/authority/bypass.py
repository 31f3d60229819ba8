"""Whether an identity can step out of a deny that asks a condition first.

Tags are what their owner writes on them: who may tag the resource, itself or its session decides what a condition on tags
sees (IAM User Guide, "Controlling access to AWS resources using tags" and "Passing session tags"). A condition on the
caller's name exempts somebody, and somebody can be assumed. Long-term keys carry no second factor at all, so that `Bool`
finds nothing to compare ("Condition operators", Bool and IfExists).
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from policypack.authority.alike import every, one_a_target
from policypack.authority.aws.document import Condition, statements
from policypack.authority.aws.kleene import F
from policypack.authority.aws.match import arn_match, text_match
from policypack.authority.aws.text import encode, literal
from policypack.authority.grants import ConditionalDeny, at
from policypack.authority.held import DESTRUCTIVE
from policypack.model import Evidence, Identity, Infrastructure, Outcome, Policy, Power, Value, replace

# Service -> the calls that change the tags of its resources (Service Authorization Reference, access level "Tagging").
_TAGGING = {
    "rds": ("RemoveTagsFromResource", "AddTagsToResource"),
    "ec2": ("DeleteTags", "CreateTags"),
    "s3": ("PutBucketTagging",),
    "elasticache": ("RemoveTagsFromResource", "AddTagsToResource"),
    "redshift": ("DeleteTags", "CreateTags"),
    "es": ("RemoveTags", "AddTags"),
    "secretsmanager": ("UntagResource", "TagResource"),
}
_TAGS = ("aws:resourcetag/", ":resourcetag/", ":db-tag/", ":cluster-tag/", ":snapshot-tag/", ":existingobjecttag/")
_FACTOR = {"aws:multifactorauthpresent", "aws:multifactorauthage"}


class WayOut(Struct, frozen=True):
    """How a deny is escaped, in words, and whether that is proved."""

    text: str
    certain: bool
    because: tuple[Evidence, ...] = ()


def held_back(infrastructure: Infrastructure, identity: Identity, deny: ConditionalDeny) -> tuple[Power, ...]:
    """What the identity could do by itself if this one deny were not there: the powers that the deny is about."""
    from policypack.authority import authority

    alone = replace(infrastructure, identities=(_without(identity, deny),), before=None)
    powers = [each for each in authority(alone).alike(identity.address) if each.power.verb in DESTRUCTIVE]
    return every(one_a_target(each for each in powers if not each.power.rules and any(map(deny.covers, each.power.actions))))


def _without(identity: Identity, deny: ConditionalDeny) -> Identity:
    def left(policy: Policy) -> Policy:
        if policy is not deny.policy or not isinstance(policy.document, dict):
            return policy
        written = policy.document.get("Statement")
        kept: list[Value] = (
            [each for number, each in enumerate(written) if number != deny.statement.index] if isinstance(written, list) else []
        )
        return replace(policy, document={**policy.document, "Statement": kept})

    return replace(
        identity,
        policies=tuple(left(each) for each in identity.policies),
        boundary=left(identity.boundary) if identity.boundary else None,
        guardrails=tuple(tuple(left(each) for each in level) for level in identity.guardrails),
    )


def way_out(infrastructure: Infrastructure, identity: Identity, deny: ConditionalDeny, power: Power) -> WayOut | None:
    """The surest way out of a deny, None where it holds."""
    found = [each for condition in deny.statement.conditions for each in _ways(infrastructure, identity, condition, power)]
    proved = next((each for each in found if each.certain), None)
    if proved is not None:
        return proved
    return _anyway(infrastructure, identity, deny, power) or next(iter(found), None)


def _anyway(infrastructure: Infrastructure, identity: Identity, deny: ConditionalDeny, power: Power) -> WayOut | None:
    """The condition does not hold for this caller and this target, or may not, without anybody doing anything."""
    from policypack.authority import authority

    keys = ", ".join(deny.keys)
    for each in authority(infrastructure).powers_of(identity.address):
        same = (each.verb, each.target) == (power.verb, power.target) and not each.rules
        if same and any(map(deny.covers, each.actions)):
            if each.outcome is Outcome.YES:
                return WayOut(f"its condition on {keys} is not met when it acts on {each.target}", True, each.path)
            return WayOut(f"whether its condition on {keys} is met cannot be told", False, each.path)
    return None


def _ways(infrastructure: Infrastructure, identity: Identity, condition: Condition, power: Power) -> Iterator[WayOut]:
    if condition.key.startswith(_TAGS[0]) or any(part in condition.key for part in _TAGS[1:]):
        yield from _tags_of_target(infrastructure, identity, power)
    elif condition.key.startswith("aws:principaltag/"):
        yield from _own_tags(infrastructure, identity)
    elif condition.key == "aws:principalarn" and condition.operator is not None and condition.operator.negated:
        yield from _exempt(infrastructure, identity, condition)
    elif condition.key in _FACTOR and not condition.if_exists and identity.form == "user" and identity.credentials:
        made = identity.credentials[0]
        yield WayOut(
            "a static key carries no second factor, and without one there is nothing to compare",
            True,
            (Evidence("its static credential", made.address, made.location),),
        )


def _tags_of_target(infrastructure: Infrastructure, identity: Identity, power: Power) -> Iterator[WayOut]:
    service = next((action.partition(":")[0] for action in power.actions), "")
    for name in _TAGGING.get(service.lower(), ("UntagResource", "TagResource")):
        yield from _may(
            infrastructure, identity, f"{service}:{name}", power.target, f"it can change the tags of {power.target}"
        )


def _own_tags(infrastructure: Infrastructure, identity: Identity) -> Iterator[WayOut]:
    for each in statements(identity.trust) if identity.trust else ():
        tags = any(text_match(pattern, "sts:tagsession") != F for pattern in each.actions) != each.not_actions
        if each.effect == "Allow" and tags and identity.trust:
            step = at(identity.trust, "its trust policy allows sts:TagSession")
            yield WayOut("whoever becomes it brings the tags that the condition looks at", not each.doubt, (step,))
    names = ("TagUser", "UntagUser") if identity.form == "user" else ("TagRole", "UntagRole")
    for name in names:
        yield from _may(infrastructure, identity, f"iam:{name}", identity.address, "it can change its own tags")


def _exempt(infrastructure: Infrastructure, identity: Identity, condition: Condition) -> Iterator[WayOut]:
    """Who is exempt: an identity that it can become, or one that it can make under such a name."""
    from policypack.authority import authority

    answers = authority(infrastructure)
    known = {each.address: each for each in infrastructure.identities}
    for reached in answers.reaches(identity.address):
        other = known.get(reached.target)
        if other is not None and _matches(condition, other):
            sure = reached.outcome is Outcome.YES
            yield WayOut(f"{other.address} is exempt, and it can become that", sure, reached.path)
    if any("*" in text for text in condition.values):
        yield from _may(infrastructure, identity, "iam:CreateRole", "*", "it can make a role whose name is exempt")


def _matches(condition: Condition, identity: Identity) -> bool:
    arn = literal(encode(identity.arn, identity.resource.inside))
    return any(arn_match(text, arn) != F for text in condition.values)


def _may(infrastructure: Infrastructure, identity: Identity, action: str, target: str, text: str) -> Iterator[WayOut]:
    from policypack.authority import authority

    decision = authority(infrastructure).can(identity.address, action, target)
    if decision.outcome is Outcome.NO:
        return
    steps = tuple(at(each.policy, f"{each.policy.name} allows {action}") for each in decision.because if each.effect == "Allow")
    yield WayOut(f"{text} ({action})", decision.outcome is Outcome.YES, steps)
