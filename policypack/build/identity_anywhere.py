"""IAM Roles Anywhere: what a profile leaves of the roles that certificates become through it.

A profile names roles, and may carry a session policy and managed policies: a session that it opens has what both these and the role
allow (IAM Roles Anywhere User Guide, "CreateProfile"; IAM User Guide, "Session policies"). Others may open sessions of the role
without the profile, so the limit is never a proof that something cannot be done: it is that nothing shows that it can.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from policypack.build.identity_documents import Documents, stands
from policypack.build.identity_policies import Place, attached, find, listed, place_of
from policypack.model import Policy, Resource, Unknown, Value

_PROFILE, _SERVICE = "aws_rolesanywhere_profile", "rolesanywhere.amazonaws.com"


def profiles(documents: Documents) -> Mapping[Place, tuple[Resource, ...]]:
    """Role -> the profiles that open sessions of it."""
    found: dict[Place, list[Resource]] = defaultdict(list)
    for each in documents.estate.resources:
        if each.type != _PROFILE or each.mode != "managed" or not stands(each) or each.get("enabled") is False:
            continue
        for arn in listed(each.get("role_arns")):
            for role in find(arn, "aws_iam_role", each, documents):
                found[place_of(role)].append(each)
    return {place: tuple(each) for place, each in found.items()}


def sessions(trust: Policy | None, opened_by: tuple[Resource, ...], documents: Documents) -> tuple[Policy, ...]:
    """The limits of the sessions of a role, one a profile. None where a profile limits nothing, or where anybody but Roles Anywhere
    opens sessions."""
    limits = [_limit(each, documents) for each in opened_by]
    if not limits or not _alone(trust):
        return ()
    known = tuple(each for each in limits if each is not None)
    return known if len(known) == len(limits) else ()


def _alone(trust: Policy | None) -> bool:
    """Whether the trust policy lets nobody in but Roles Anywhere."""
    document = trust.document if trust else None
    statements = listed(document.get("Statement")) if isinstance(document, dict) else []
    allowing = [each for each in statements if not isinstance(each, dict) or each.get("Effect") != "Deny"]
    return bool(allowing) and all(
        isinstance(each, dict) and _services(each.get("Principal")) == {_SERVICE} for each in allowing
    )


def _services(principal: Value) -> set[str]:
    named = principal if isinstance(principal, dict) else {"": principal}
    return {
        text if kind == "Service" and isinstance(text, str) else "" for kind, texts in named.items() for text in listed(texts)
    }


def _limit(profile: Resource, documents: Documents) -> Policy | None:
    """The policies of a profile as one, since a session has what any of them allows; None where it has none."""
    parts = list(_parts(profile, documents))
    if not parts:
        return None
    name = f"the session policy of {profile.address}"
    read = [each.document for each in parts if isinstance(each.document, dict)]
    elsewhere = any(each.origin is not None and each.origin.inside != profile.inside for each in parts)
    versions = [each.get("Version") for each in read]
    if len(read) < len(parts) or elsewhere or any(each != versions[0] for each in versions):
        return Policy(name, Unknown(f"not all policies of {profile.address} are among the inputs"), profile, profile)
    joined: list[Value] = [statement for each in read for statement in listed(each.get("Statement"))]
    return Policy(name, {**read[0], "Statement": joined}, profile, profile)


def _parts(profile: Resource, documents: Documents) -> Iterator[Policy]:
    written = profile.get("session_policy")
    if written not in (None, ""):
        yield Policy("session_policy", documents.of(written, profile), profile, profile)
    for arn in listed(profile.get("managed_policy_arns")):
        yield attached(arn, profile, documents)
