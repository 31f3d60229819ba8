"""Who calls, and which of the principals that a policy names it is.

Rules: IAM User Guide, "AWS JSON policy elements: Principal" (no wildcards but the lone `*`; the account principal
delegates), "... NotPrincipal" (role, session and account have to be listed together) and "Permissions boundaries for IAM
entities" (a Deny with NotPrincipal always denies whoever has a boundary).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct, field

from policypack.authority.aws.context import Context, Forms
from policypack.authority.aws.document import Statement
from policypack.authority.aws.kleene import F, T, U, Verdict, every, negation, some
from policypack.authority.aws.match import arn_match
from policypack.authority.aws.text import ALSO, ANON, has_hole, literal, symbol

ANYONE: Final = "anyone"
USER: Final = "user"
SESSION: Final = "session"
ROLE: Final = "role"
ACCOUNT: Final = "account"
OTHER: Final = "other"
NAMINGS: Final = (ANYONE, USER, SESSION, ROLE, ACCOUNT, OTHER)
"""The ways in which a resource policy can name a caller; they differ in what still limits the grant."""
PLAIN: Final = frozenset({"user", "role", "session"})
"""The kinds of callers that have policies of their own."""

_ACCOUNT_ROOT = re.compile(r"arn:[^:]*:iam::([^:]*):root", re.DOTALL)
_UNIQUE_ID = re.compile(r"A(?:ROA|IDA|GPA|ROA|NPA)[A-Z0-9]{8,}(?::.*)?", re.DOTALL)
NOBODY: Final[Mapping[str, Verdict]] = {}


class Principal(Struct, frozen=True):
    """A caller. `kind` is "user", "role" (some session of it), "session", "root", "service" or "federated".

    `arn` describes it; for a session, `role` describes its role. `account` is text, with a hole where it is not known.
    For a service or a federated caller `arn` is the service's name or the provider's ARN. `management`: the account is
    the organization's management account, which no SCP binds. `renewed`: a plan replaces it; policies that name its ARN as text
    keep the id of the old one. `context` are the condition keys that the caller brings.
    """

    kind: str
    arn: Forms
    account: str
    role: Forms = ()
    management: bool = False
    context: Context = field(default_factory=dict)
    renewed: bool = False

    @property
    def bound_by_scps(self) -> bool:
        """Whether SCPs bind it: they bind neither the management account, nor service-linked roles, nor services."""
        return not self.management and not self.is_service_linked and self.kind not in {"service", "federated"}

    @property
    def bound_by_rcps(self) -> bool:
        """Whether RCPs bind it: they bind everyone who calls, other organizations included, but service-linked roles."""
        return not self.is_service_linked

    @property
    def is_service_linked(self) -> bool:
        """Whether it is a role that belongs to a service: its path is reserved for these."""
        return any(":role/aws-service-role/" in form for form in self.as_role)

    @property
    def as_role(self) -> Forms:
        """The ARN of the role that it acts as, in every form; () where it is none."""
        return self.arn if self.kind == "role" else self.role


def same_text(one: str, other: str) -> Verdict:
    """Whether two texts with holes are the same."""
    return arn_match(literal(one), literal(other)) if has_hole(one) or has_hole(other) else T if one == other else F


def is_one_of(text: str, forms: Forms) -> Verdict:
    """Whether a text is the one that the forms describe."""
    answer = U
    for form in forms:
        verdict = same_text(text, form)
        if verdict == T:
            return T
        answer = min(answer, verdict)
    return answer if forms else F


def names(statement: Statement, principal: Principal, *, bounded: bool) -> Mapping[str, Verdict]:
    """How a statement of a resource policy names the caller: a verdict by naming; absent means F.

    `bounded`: the caller has a permissions boundary.
    """
    if statement.principals is None:
        return {ANYONE: U}  # IAM refuses such a policy
    if not statement.not_principals:
        found: dict[str, Verdict] = {}
        for kind, text in statement.principals:
            for naming, verdict in _agreed([_named(kind, each, principal) for each in text.split(ALSO)]).items():
                found[naming] = max(found.get(naming, F), verdict)
        return found
    verdict = _excluded(statement, principal, bounded=bounded)
    return {ANYONE: verdict} if verdict else NOBODY


def _named(kind: str, text: str, principal: Principal) -> Mapping[str, Verdict]:
    if kind not in {"AWS", "*"}:
        wanted = {"service": "Service", "federated": "Federated"}.get(principal.kind)
        if wanted == kind or (kind == "AWS" and wanted):
            return _only(OTHER, T if text == "*" else is_one_of(text, principal.arn))
        if kind == "CanonicalUser":
            return _canonical(text, principal)
        return NOBODY if kind in {"Service", "Federated"} else {ANYONE: U}
    if text == "*":
        return {ANYONE: T}
    if principal.kind in {"service", "federated"}:
        return {ANYONE: U} if text == ANON else NOBODY
    account = account_of(text)
    if account is not None:
        return _only(ACCOUNT, same_text(account, principal.account))
    if "*" in text or "?" in text:
        return NOBODY
    if _UNIQUE_ID.fullmatch(text):
        return {_own(principal): U}
    if text == ANON:
        return {ANYONE: U, ACCOUNT: U, _own(principal): U}
    return _by_arn(text, principal)


def _agreed(found: Sequence[Mapping[str, Verdict]]) -> Mapping[str, Verdict]:
    """What several texts say that name the same principal: whom one leaves out is not meant, whom one certainly names is."""
    if len(found) == 1:
        return found[0]
    answer: dict[str, Verdict] = {}
    for naming in dict.fromkeys(name for each in found for name in each):
        said = [each.get(naming, F) for each in found]
        answer[naming] = T if T in said else min(said)
    return {naming: verdict for naming, verdict in answer.items() if verdict}


def _canonical(text: str, principal: Principal) -> Mapping[str, Verdict]:
    """A canonical user is an account under another number, which nothing here translates; or CloudFront's, which is nobody's."""
    named = symbol(text) if len(text) == 1 else None
    foreign = named is not None and named.type == "aws_cloudfront_origin_access_identity"
    return NOBODY if foreign or principal.kind in {"service", "federated"} else {ACCOUNT: U}


def _by_arn(text: str, principal: Principal) -> Mapping[str, Verdict]:
    found = _described(text, principal)
    return {naming: min(U, verdict) for naming, verdict in found.items()} if _names_former(text, principal) else found


def _names_former(text: str, principal: Principal) -> bool:
    """Whether a text may be about the one that is replaced: AWS turns a principal's ARN into its id when a policy is written."""
    return principal.renewed and text.isascii()


def _described(text: str, principal: Principal) -> Mapping[str, Verdict]:
    own = is_one_of(text, principal.arn)
    if principal.kind == "user":
        return _only(USER, own)
    if principal.kind == "root":
        return _only(ACCOUNT, own)
    role = is_one_of(text, principal.as_role)
    if principal.kind == "session":
        return {**_only(SESSION, own), **_only(ROLE, role)}
    return {**_only(SESSION, _some_session(text, principal)), **_only(ROLE, role)}


def _some_session(text: str, principal: Principal) -> Verdict:
    """Whether the text names a session of the role: which name the session has is not known beforehand."""
    if ":assumed-role/" not in text:
        return F
    for form in principal.as_role:
        if ":role/" in form:
            head, _, path = form.partition(":role/")
            account = head.rpartition(":")[2]
            wanted = f"arn:*:sts::{literal(account)}:assumed-role/{literal(path.rpartition('/')[2])}/*"
            return min(U, arn_match(wanted, literal(text)))
    return U


def _own(principal: Principal) -> str:
    return {"user": USER, "session": SESSION, "root": ACCOUNT}.get(principal.kind, ROLE)


def _only(naming: str, verdict: Verdict) -> Mapping[str, Verdict]:
    return {naming: verdict} if verdict else NOBODY


def account_of(text: str) -> str | None:
    """The account that a principal names as a whole: its id, or its root. None where it names something else."""
    if len(text) == 12 and text.isascii() and text.isdigit():
        return text
    found = _ACCOUNT_ROOT.fullmatch(text)
    if found is not None:
        return found[1]
    named = symbol(text) if len(text) == 1 else None
    return text if named is not None and named.reference.attribute in {"account_id", "owner_id"} else None


def _excluded(statement: Statement, principal: Principal, *, bounded: bool) -> Verdict:
    """Whether a NotPrincipal leaves the caller in."""
    listed = [text.partition(ALSO)[0] for kind, text in statement.principals or () if kind in {"AWS", "*"}]
    if statement.effect == "Deny" and bounded:
        return T
    if principal.kind in {"service", "federated"}:
        return U
    everyone = some(T if text == "*" else U if text == ANON else F for text in listed)
    account = some(same_text(found, principal.account) for found in map(account_of, listed) if found is not None)
    own = some(is_one_of(text, principal.arn) for text in listed if account_of(text) is None)
    role = some(is_one_of(text, principal.role) for text in listed) if principal.kind == "session" else T
    if any(_names_former(text, principal) for text in listed):
        own, role = min(own, U), min(role, U)
    if statement.effect == "Allow":
        return min(U, negation(max(everyone, own)))
    if principal.kind == "role":
        own = min(own, U)  # the session that calls would have to be listed too, and its name is not known
    exempt = max(everyone, account if principal.kind == "root" else every((own, role, account)))
    touched = max(everyone, account, own, role if principal.kind == "session" else F)
    return F if exempt == T else U if touched else T
