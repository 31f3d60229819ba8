"""The decision formula: from the verdict of each layer to the verdict of the call.

An explicit Deny of any layer wins. Every SCP level has to allow. Within an account, what grants is an identity policy
within boundary and session, or a resource policy that names the caller: the session, the user or everyone (nothing limits
that), or the role (boundary and session do). Naming the account delegates: alone it grants nothing, and for trust and key
policies it is what lets identity policies count at all. Across accounts both sides have to allow.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct, field

from policypack.authority.aws.kleene import F, T, U, Verdict, every, hull, negation
from policypack.authority.aws.layers import Request
from policypack.authority.aws.principal import ACCOUNT, ANYONE, OTHER, ROLE, SESSION, USER, Principal, same_text

RCP_SERVICES: Final = frozenset({"s3", "sts", "kms", "sqs", "secretsmanager", "dynamodb", "ecr", "logs", "dsql", "memorydb"})
"""Services that resource control policies reach (AWS Organizations User Guide, "Resource control policies"). It grows."""
RCP_FREE: Final = frozenset({"rds", "ec2", "backup", "elasticfilesystem", "redshift"})
"""Services that they do not reach. Of every other service it is not known here."""

_RCP_FREE_CALLS: Final = frozenset({"kms:retiregrant"})
"""Calls that they do not restrict although they reach the service (AWS KMS Developer Guide, "Resource control policies")."""

_OWN: Final = "its own policies"
_TRUST: Final = frozenset(
    f"sts:{name}"
    for name in ("assumerole", "assumerolewithsaml", "assumerolewithwebidentity", "tagsession", "setsourceidentity")
)


class Sums(Struct):
    """The Allow verdict of every layer, and the Deny of all. `naming`: the resource policy's, by how it names the caller."""

    identity: Verdict = F
    boundary: Verdict | None = None
    session: Verdict | None = None
    naming: dict[str, Verdict] = field(default_factory=dict)
    scps: list[Verdict] = field(default_factory=list)
    deny: Verdict = F

    @property
    def limit(self) -> Verdict:
        """What boundary and session leave."""
        return every(each for each in (self.boundary, self.session) if each is not None)


def rcp_reach(action: str) -> Verdict:
    """Whether resource control policies apply to the service of an action."""
    service = action.partition(":")[0].lower()
    if action.lower() in _RCP_FREE_CALLS:
        return F
    return T if service in RCP_SERVICES else F if service in RCP_FREE else U


def is_delegated(action: str, forms: tuple[str, ...]) -> bool:
    """Whether the resource's own policy must name the caller or its account: roles that are assumed, and KMS keys."""
    action = action.lower()
    if action in _TRUST:
        return True
    return action.startswith("kms:") and "*" not in forms and not any(":alias/" in form for form in forms)


def allowed(sums: Sums, request: Request, principal: Principal) -> Verdict:
    """The verdict of the whole formula."""
    ceiling = every(sums.scps) if principal.bound_by_scps else T
    same = same_text(principal.account, request.owner)
    if same == U:
        core = hull((within(sums, request, principal), across(sums, principal)))
    else:
        core = within(sums, request, principal) if same == T else across(sums, principal)
    return min(negation(sums.deny), ceiling, core)


def within(sums: Sums, request: Request, principal: Principal) -> Verdict:
    """What grants, where caller and resource are of one account."""
    named = sums.naming.get
    if principal.kind in {"service", "federated"}:
        return max(named(ANYONE, F), named(OTHER, F))
    direct = max(named(ANYONE, F), named(USER, F), named(SESSION, F), min(named(ROLE, F), sums.limit))
    delegated = is_delegated(request.action, request.resource)
    if principal.kind == "root":
        return max(direct, named(ACCOUNT, F)) if delegated else T
    own = min(sums.identity, sums.limit)
    return max(direct, min(named(ACCOUNT, F), own) if delegated else own)


def across(sums: Sums, principal: Principal) -> Verdict:
    """What grants, where the resource is of another account: both sides, and its side may name anything."""
    granted = max(sums.naming.values(), default=F)
    if principal.kind in {"service", "federated"}:
        return granted
    return granted if principal.kind == "root" else every((sums.identity, sums.limit, granted))


def lacking(sums: Sums, request: Request, principal: Principal) -> tuple[str, ...]:
    """The layers that do not certainly allow, in words; empty where only a Deny stands in the way."""
    same = same_text(principal.account, request.owner)
    found: list[str] = []
    if principal.bound_by_scps:
        found += [_said(f"level {number + 1} of the SCPs", each) for number, each in enumerate(sums.scps) if each != T]
    core = within(sums, request, principal) if same != F else across(sums, principal)
    if core == T and same != U:
        return tuple(found)
    if sums.identity != T and principal.kind not in {"root", "service", "federated"}:
        found.append(_said(_OWN, sums.identity))
    for name, each in (("the permissions boundary", sums.boundary), ("the session policy", sums.session)):
        if each is not None and each != T:
            found.append(_said(name, each))
    granted = max(sums.naming.values(), default=F)
    if granted != T and (same != T or is_delegated(request.action, request.resource)):
        found.append(_said("the policy of the resource", granted))
    return tuple(found)


def _said(layer: str, verdict: Verdict) -> str:
    return f"{layer} may not allow it" if verdict == U else f"{layer} {'do' if layer == _OWN else 'does'} not allow it"
