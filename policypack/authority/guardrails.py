"""What a plan changes in who may do what: the resources that limit somebody, and the powers that somebody gains."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from policypack.authority.alike import one_a_target
from policypack.authority.held import Held, is_watched, not_production, readable
from policypack.model import Identity, Infrastructure, Policy, Resource

_ORGANISATION = frozenset({"aws_organizations_policy", "aws_organizations_policy_attachment"})
_KEYS = frozenset({"aws_kms_key_policy", "aws_kms_grant", "aws_kms_key", "aws_kms_replica_key", "aws_kms_external_key"})
_MEMBERS = {"aws_iam_user_group_membership": "user", "aws_iam_group_membership": "users"}
_VAULTS = frozenset({"aws_backup_vault_policy", "aws_backup_vault_lock_configuration"})
# What of these resources limits: a new tag or description limits nothing.
_LIMITING = (
    "policy",
    "content",
    "target_id",
    "policy_id",
    "policy_arn",
    "assume_role_policy",
    "permissions_boundary",
    "inline_policy",
    "managed_policy_arns",
    "role",
    "user",
    "group",
    "groups",
    "users",
    "operations",
    "grantee_principal",
    "changeable_for_days",
    "min_retention_days",
    "max_retention_days",
    "condition",
    "details",
    "disabled",
    "member",
    "members",
    "parent",
    "permissions",
    "policy_data",
    "rules",
    "target",
    "access_policy",
    "certificate_permissions",
    "key_permissions",
    "owners",
    "secret_permissions",
)
Place = tuple[str, str]


def guardrails(infrastructure: Infrastructure) -> Iterator[tuple[Resource, str]]:
    """The resources that a plan changes in what limits somebody, with what they limit, where that somebody stood before."""
    before = infrastructure.before
    changed = [each for each in infrastructure.resources if each.mode == "managed" and _changed(each)]
    if before is None or not changed:
        return
    limits: dict[Place, str] = {}
    # An identity that goes has no limits any more that anybody could change.
    stood = {each.address for each in before.identities} & {each.address for each in infrastructure.identities}
    for identity in (*before.identities, *infrastructure.identities):
        if identity.address in stood and is_watched(identity):
            limits.update({place: text for place, text in _of(identity).items() if place not in limits})
    existed = {each.address for each in before.resources}
    users = [each for each in infrastructure.identities if each.form == "user" and each.address in stood and is_watched(each)]
    for each in changed:
        text = limits.get((each.inside, each.address)) or _joins(each, users) or _by_type(each, existed)
        if text:
            yield each, text


def _changed(resource: Resource) -> bool:
    change = resource.change
    if change is None or not set(change.actions) - {"no-op", "read"}:
        return False
    if change.actions != ("update",):
        return True
    return any(change.before.get(name) != resource.get(name) for name in _LIMITING)


def _of(identity: Identity) -> Mapping[Place, str]:
    """The resources that say what an agent may do, what it may not, and who it is."""
    found: dict[Place, str] = {}

    def add(policy: Policy | None, text: str) -> None:
        for each in (policy.origin, policy.attached_by) if policy else ():
            if each is not None and each.address != identity.address:
                found.setdefault((each.inside, each.address), text)

    add(identity.boundary, f"the boundary of {identity.address}")
    for policy in identity.policies:
        add(policy, f"a policy of {identity.address}")
    for grant in identity.grants:
        said = "what is granted to" if grant.effect == "allow" else "what is denied to"
        if grant.evidence.resource:
            found.setdefault((identity.resource.inside, grant.evidence.resource), f"{said} {identity.address}")
        if grant.defined_in is not None:
            found.setdefault(grant.defined_in.place, f"a role of {identity.address}")
    found.setdefault((identity.resource.inside, identity.address), "what limits this identity, or who can be it")
    return found


def _joins(resource: Resource, users: Sequence[Identity]) -> str:
    """The groups of an agent, whose policies are the agent's, where the resource says who is in them."""
    argument = _MEMBERS.get(resource.type)
    if argument is None:
        return ""
    value = resource.get(argument)
    named = value if isinstance(value, list) else [value]
    refers = {each.address for each in resource.refers_to}
    members = [each for each in users if each.address in refers or each.resource.get("name") in named]
    return f"the groups of {members[0].address}" if members else ""


def _by_type(resource: Resource, existed: set[str]) -> str:
    if resource.type in _ORGANISATION:
        return "an organisation's policy, or whom it holds for"
    refers = {each.address for each in resource.refers_to}
    about_old = resource.address in existed or bool(refers & existed)
    if resource.type in _KEYS and about_old and _sets_policy(resource):
        return "who may use and destroy a key"
    if resource.type in _VAULTS and about_old and not resource.goes:
        return "what guards a vault"
    return ""


def _sets_policy(resource: Resource) -> bool:
    own = resource.type not in {"aws_kms_key_policy", "aws_kms_grant"}
    change = resource.change
    return not own or (
        change is not None and change.actions == ("update",) and change.before.get("policy") != resource.get("policy")
    )


def gains(infrastructure: Infrastructure, identity: Identity) -> Held | None:
    """The powers over what stood before that an identity has after the plan and did not have before it; None: no such power."""
    from policypack.authority import authority

    before = infrastructure.before
    if before is None:
        return None
    stood = {each.address for each in before.resources} | {source.path for source in before.inputs}
    former = {each.address: _former(each) for each in infrastructure.resources}
    others = not_production(infrastructure)
    had = _had(before, _former(identity.resource))
    gained = []
    for power in readable(authority(infrastructure).powers_of(identity.address)):
        old = former.get(power.target, power.target)
        stands = old in stood or power.target not in former
        if stands and power.target not in others and power.outcome.rank > had.get((power.verb.value, old), 0):
            gained.append(power)
    return Held(identity, one_a_target(gained)) if gained else None


def _former(resource: Resource) -> str:
    return (resource.change and resource.change.previous_address) or resource.address


def _had(before: Infrastructure, address: str) -> Mapping[tuple[str, str], int]:
    from policypack.authority import authority

    if not any(each.address == address for each in before.identities):
        return {}
    found: dict[tuple[str, str], int] = {}
    for power in authority(before).powers_of(address):
        key = (power.verb.value, power.target)
        found[key] = max(found.get(key, 0), power.outcome.rank)
    return found
