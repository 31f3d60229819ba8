"""Service accounts of clusters that sign in to a cloud with the token of their cluster: members of policies on Google Cloud
("Authenticate to Google Cloud APIs from GKE workloads"), federated credentials on Azure ("Microsoft Entra Workload ID").

What the cloud grants them is theirs, as what roles of the cluster grant is. Which cluster is meant, the cloud says by its issuer and
the cluster's objects do not say at all: that it is this one is certain where the account carries the cloud's annotation.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from msgspec import Struct

from policypack.authority.azure import PRESENT_TOKEN
from policypack.build.identity_documents import Documents, stands
from policypack.build.scoped import spot_of
from policypack.model import Evidence, Grant, Identity, Level, Resource, Scope, Truth, Unknown, Value, replace

_ON_GOOGLE = re.compile(r"\.svc\.id\.goog(?:\[(?P<named>[^\]]+)\]|/subject/ns/(?P<space>[^/]+)/sa/(?P<account>[^/]+))$")
_SUBJECT = "system:serviceaccount:"
_ANNOTATIONS = {"google": "iam.gke.io/gcp-service-account", "azure": "azure.workload.identity/client-id"}
Place = tuple[str, str]


class _Signing(Struct, frozen=True):
    """Which account (namespace/name) signs in where, and what it gets by that."""

    account: str
    cloud: str
    grants: tuple[Grant, ...]
    stands_for: Place | None = None


def signing_in(identities: Sequence[Identity], documents: Documents) -> tuple[Identity, ...]:
    """All identities; service accounts of clusters with what clouds grant them, and nobody else in their place."""
    accounts: dict[str, list[Identity]] = defaultdict(list)
    for each in identities:
        if each.language == "kubernetes" and each.form == "service_account" and isinstance(each.arn, str):
            accounts[each.arn].append(each)
    if not accounts:
        return tuple(identities)
    given: dict[Place, list[Grant]] = defaultdict(list)
    gone: set[Place] = set()
    for signing in (*_on_google(identities), *_on_azure(documents)):
        meant = accounts.get(signing.account, [])
        for account in meant:
            sure = _is_meant(account, signing, alone=len(meant) == 1)
            given[account.resource.place] += [_held(each, sure) for each in signing.grants]
        if meant and signing.stands_for is not None:
            gone.add(signing.stands_for)
    return tuple(
        replace(each, grants=(*each.grants, *given[each.resource.place])) if each.resource.place in given else each
        for each in identities
        if each.resource.place not in gone
    )


def _is_meant(account: Identity, signing: _Signing, *, alone: bool) -> Truth:
    """Whether the account is in the cluster that the cloud trusts."""
    annotations = account.resource.get("metadata.annotations")
    if alone and isinstance(annotations, dict) and _ANNOTATIONS[signing.cloud] in annotations:
        return True
    return Unknown(f"whether the cluster of {account.address} is the one whose tokens are taken is not known")


def _held(grant: Grant, sure: Truth) -> Grant:
    return grant if sure is True or grant.condition is not True else replace(grant, condition=sure)


def _on_google(identities: Sequence[Identity]) -> Iterator[_Signing]:
    """Members of policies that are service accounts of a cluster."""
    for each in identities:
        found = _ON_GOOGLE.search(each.address) if each.language == "google" else None
        if found is not None:
            account = found["named"] or f"{found['space']}/{found['account']}"
            yield _Signing(account, "google", each.grants, each.resource.place)


def _on_azure(documents: Documents) -> Iterator[_Signing]:
    """Federated credentials for a service account of a cluster."""
    from policypack.build.azure_principals import FEDERATED, Principals

    principals = Principals(documents)
    for each in documents.estate.resources:
        if each.type not in FEDERATED or each.mode != "managed" or not stands(each):
            continue
        account = _account(each.get("subject"))
        held = [_presented(each, one.resource, documents) for one in principals.meant(each, FEDERATED[each.type])]
        if account and held:
            yield _Signing(account, "azure", tuple(held))


def _account(subject: Value) -> str:
    named = subject.removeprefix(_SUBJECT).split(":") if isinstance(subject, str) and subject.startswith(_SUBJECT) else []
    return "/".join(named) if len(named) == 2 else ""


def _presented(credential: Resource, principal: Resource, documents: Documents) -> Grant:
    scope = Scope(
        documents.estate.catalog.platform(principal.provider),
        Level.THING,
        spot_of(principal, documents.estate),
        documents.domains.of(principal),
    )
    evidence = Evidence(
        f"{credential.address} takes its token for {principal.address}", credential.address, credential.at("subject")
    )
    return Grant("allow", credential.address, (PRESENT_TOKEN,), scope, evidence)
