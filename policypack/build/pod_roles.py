"""EKS: who acts with a role because a pod does. Amazon EKS User Guide, "IAM roles for service accounts" (the trust policy names the
account, the account's annotation names the role) and "EKS Pod Identity" (an association names both).

A role that an agent's service account becomes is an agent's. Which cluster an issuer is of is not asked: an account of that namespace
and name is enough to say whom the role is made for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from msgspec import Struct

from policypack.build.identity_documents import Documents, stands
from policypack.build.identity_kinds import says_agent
from policypack.build.identity_policies import Place, find, listed, place_of
from policypack.model import Identity, IdentityKind, Policy, Resource, Unknown, Value, replace

_ASSOCIATION = "aws_eks_pod_identity_association"
_ANNOTATION = "eks.amazonaws.com/role-arn"
_SUBJECT = "system:serviceaccount:"
_ACCOUNTS = ("kubernetes_service_account_v1", "kubernetes_service_account", "kubernetes_default_service_account_v1")


class _Account(Struct, frozen=True):
    """A service account (namespace/name, perhaps with stars) that becomes a role, and what says so."""

    name: str
    by: str


def of_pods(identities: Sequence[Identity], documents: Documents) -> tuple[Identity, ...]:
    """All identities, where roles of agents' service accounts are agents'."""
    others = [each for each in identities if each.language == "kubernetes" and each.form == "service_account"]
    known = dict(_associated(documents))
    return tuple(_recognised(each, known, others) for each in identities)


def _recognised(role: Identity, known: Mapping[Place, list[_Account]], others: Sequence[Identity]) -> Identity:
    if role.language != "aws" or role.form != "role" or role.declared or role.kind is IdentityKind.AGENT:
        return role
    accounts = [*known.get(place_of(role.resource), ()), *_trusted(role.trust)]
    for each in accounts:
        agent = next((one for one in others if one.kind is IdentityKind.AGENT and _is(one, each.name)), None)
        if agent is not None:
            said = f"{agent.address} becomes it ({each.by}), and is an agent's: {agent.reason}"
            return replace(role, kind=IdentityKind.AGENT, reason=said, declared=agent.declared)
        word = says_agent(each.name.rpartition("/")[2])
        if word:
            said = f'the service account {each.name} becomes it ({each.by}): its name says "{word}"'
            return replace(role, kind=IdentityKind.AGENT, reason=said)
    return role


def _is(account: Identity, pattern: str) -> bool:
    return isinstance(account.arn, str) and fnmatchcase(account.arn, pattern.replace("[", "[[]"))


def _associated(documents: Documents) -> Iterator[tuple[Place, list[_Account]]]:
    """Role -> the accounts that an association or their own annotation gives it to."""
    found: dict[Place, list[_Account]] = defaultdict(list)
    for each in documents.estate.resources:
        if each.mode != "managed" or each.type not in {_ASSOCIATION, *_ACCOUNTS} or not stands(each):
            continue
        if each.type == _ASSOCIATION:
            named, role = (each.get("namespace"), each.get("service_account")), each.get("role_arn")
        else:
            annotations = each.get("metadata.annotations")
            named = (each.get("metadata.namespace") or "default", each.get("metadata.name"))
            role = annotations.get(_ANNOTATION) if isinstance(annotations, dict) else None
        space, name = (_text(value, each, documents) for value in named)
        for one in find(role, "aws_iam_role", each, documents) if role is not None and name else ():
            found[place_of(one)].append(_Account(f"{space or '*'}/{name}", each.address))
    yield from found.items()


def _text(value: Value, holder: Resource, documents: Documents) -> str:
    read = documents.text(value, holder)
    return read if isinstance(read, str) else ""


def _trusted(trust: Policy | None) -> Iterator[_Account]:
    """The accounts that a trust policy names by the subject of their token."""
    document = trust.document if trust else None
    for statement in listed(document.get("Statement")) if isinstance(document, dict) else ():
        conditions = statement.get("Condition") if isinstance(statement, dict) and statement.get("Effect") == "Allow" else None
        for operator, keys in conditions.items() if isinstance(conditions, dict) else ():
            for key, values in keys.items() if isinstance(keys, dict) and "not" not in operator.lower() else ():
                for text in listed(values) if key.lower().endswith(":sub") else ():
                    plain = _plain(text)
                    if plain.startswith(_SUBJECT):
                        yield _Account(plain.removeprefix(_SUBJECT).replace(":", "/"), "its trust policy")


def _plain(text: Value) -> str:
    """A subject; what is not known of it may be anything."""
    if isinstance(text, Unknown):
        return "".join(each if isinstance(each, str) else "*" for each in text.parts)
    return text if isinstance(text, str) else ""
