"""What limits and grants a call: the policies by layer, decoded, and how the model's words become the engine's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, field

from policypack.authority.aws.context import ABSENT, Context, Given, OneOf, given
from policypack.authority.aws.document import Statement, statements
from policypack.authority.aws.kleene import F, negation, some
from policypack.authority.aws.match import text_match
from policypack.authority.aws.principal import Principal
from policypack.authority.aws.text import ANON, encode, hole
from policypack.model import Domain, Identity, IdentityKind, Policy, Reference, Unknown, replace

_MACHINES = {IdentityKind.AGENT, IdentityKind.AUTOMATION, IdentityKind.WORKLOAD}


class Decoded(Struct, frozen=True, gc=False):
    """A policy with its statements."""

    policy: Policy
    statements: tuple[Statement, ...]


class Layers(Struct, frozen=True):
    """All policies that a decision looks at. SCPs and RCPs are lists of levels, outermost first.

    `boundary` and `session` None: there is none. `resource` are the policies of the resource: a bucket policy, a key
    policy, the trust policy where a role is assumed; empty: it has none.
    """

    identity: tuple[Decoded, ...] = ()
    boundary: Decoded | None = None
    session: Decoded | None = None
    resource: tuple[Decoded, ...] = ()
    scps: tuple[tuple[Decoded, ...], ...] = ()
    rcps: tuple[tuple[Decoded, ...], ...] = ()


class Request(Struct, frozen=True):
    """One call on one resource.

    `action` is "service:Name". `resource` describes one ARN in all the ways that are known (texts from `text.encode`):
    `("*",)` for an action without resource-level permission. `owner` is the account of the resource, with a hole where it
    is not known. `context` are the condition keys (lower case) of resource and request. `closed`: a key that is not given
    is absent; otherwise it is the caller's to choose, or unknown. `owner_management`: the resource lies in the
    management account, where no RCP applies.
    """

    action: str
    resource: tuple[str, ...]
    owner: str
    context: Context = field(default_factory=dict)
    closed: bool = False
    owner_management: bool = False


def decoded(policy: Policy) -> Decoded:
    """A policy, read."""
    return Decoded(policy, statements(policy))


def layers_of(
    identity: Identity,
    resource_policies: Sequence[Policy] = (),
    *,
    session: Policy | None = None,
    rcps: Sequence[Sequence[Policy]] | None = None,
    read: Callable[[Policy], Decoded] | None = None,
) -> Layers:
    """The layers of a call by an identity on a resource with these policies.

    `rcps` are the levels above the resource's account; by default those above the identity's own. `read` may remember
    what it has read.
    """
    read = read or decoded
    levels = identity.resource_guardrails if rcps is None else rcps
    return Layers(
        tuple(read(policy) for policy in identity.policies),
        None if identity.boundary is None else read(identity.boundary),
        None if session is None else read(session),
        tuple(read(policy) for policy in resource_policies),
        tuple(tuple(read(policy) for policy in level) for level in identity.guardrails),
        tuple(tuple(read(policy) for policy in level) for level in levels),
    )


def for_resource(layers: Layers, policies: Iterable[Decoded]) -> Layers:
    """The same caller's layers, on a resource with these policies."""
    return replace(layers, resource=tuple(policies))


def account_of_domain(domain: Domain) -> str:
    """An account as text. One whose id is not known is a hole of its own: the same provider is the same account."""
    account = domain.account
    return account if isinstance(account, str) else hole(account, domain.key.partition("#")[0])


def principal_of(identity: Identity, *, management: bool = False) -> Principal:
    """The caller that an identity is, with the condition keys that it brings."""
    inside = identity.resource.inside
    known = encode(identity.arn, inside)
    forms = tuple(dict.fromkeys(form for form in (known, hole(Reference(identity.address, "arn"), inside)) if form != ANON))
    kind = "user" if identity.form == "user" or identity.resource.type == "aws_iam_user" else "role"
    account = account_of_domain(identity.domain)
    context: dict[str, Given] = {
        "aws:principalarn": (forms,) if forms else None,
        "aws:principalaccount": given(account),
        "aws:principaltype": given("User" if kind == "user" else "AssumedRole"),
        "aws:principalisawsservice": given("false"),
    }
    name = identity.resource.get("name")
    context["aws:username"] = ABSENT if kind == "role" else None if name is None else given(encode(name, inside))
    context.update(_tags(identity, inside))
    if identity.kind in _MACHINES and not _admits_people(identity):
        # Nobody can touch a second factor: the key is absent for long-term keys, false or absent for sessions.
        context["aws:multifactorauthpresent"] = OneOf((ABSENT, given("false")))
    change = identity.resource.change
    renewed = change is not None and change.replaces
    return Principal(kind, forms or (ANON,), account, (), management, context, renewed)


def _tags(identity: Identity, inside: str) -> Iterator[tuple[str, Given]]:
    """The tags of the principal; unknown where they are, or where a session may bring its own."""
    if isinstance(identity.tags, Unknown) or (identity.trust is not None and _tags_sessions(identity.trust)):
        return
    yield "aws:principaltag/*", ABSENT
    for key, value in identity.tags.items():
        yield f"aws:principaltag/{key.lower()}", given(encode(value, inside))


def _tags_sessions(trust: Policy) -> bool:
    for statement in statements(trust):
        matched = some(text_match(pattern, "sts:tagsession") for pattern in statement.actions)
        if statement.effect == "Allow" and (negation(matched) if statement.not_actions else matched) != F:
            return True
    return False


def _admits_people(identity: Identity) -> bool:
    """Whether the trust policy lets accounts, users or SAML subjects in, who may have a second factor."""
    if identity.trust is None:
        return False
    for statement in statements(identity.trust):
        if statement.effect != "Allow":
            continue
        if statement.doubt or statement.not_principals or statement.principals is None:
            return True
        for kind, text in statement.principals:
            if kind != "Service" and not (kind == "Federated" and ":oidc-provider/" in text):
                return True
    return False


def environment_of(request: Request, principal: Principal) -> Mapping[str, Given]:
    """The condition keys of a call: the resource's and the request's win over the caller's."""
    return {**principal.context, **request.context}
