"""EKS: which IAM principal is whom inside a cluster (Amazon EKS User Guide, access entries).

An access entry makes its principal an identity of the cluster, with the access policies that are associated. What those allow
is said in the cluster's own language (cluster_members.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policypack.build.cluster_members import clusters, entered
from policypack.build.identity_documents import Documents, stands, statement
from policypack.build.identity_policies import listed
from policypack.model import Identity, IdentityKind, Policy, Resource, Unknown, Value

_ENTRY, _POLICY = "aws_eks_access_entry", "aws_eks_access_policy_association"


def cluster_identities(documents: Documents, known: Sequence[Identity]) -> Iterator[Identity]:
    """One identity of the language `kubernetes` for each access entry; its trust names the IAM principal that becomes it."""
    of_type = [each for each in documents.estate.resources if each.type in {_ENTRY, _POLICY} and each.mode == "managed"]
    policies = [each for each in of_type if each.type == _POLICY and stands(each)]
    shown = clusters(documents) if policies else frozenset()
    for entry in of_type:
        if entry.type != _ENTRY or not stands(entry):
            continue
        principal = documents.text(entry.get("principal_arn"), entry)
        behind = _behind(principal, entry, documents, known)
        mine = [each for each in policies if _same(each, entry, documents)]
        yield Identity(
            entry,
            "kubernetes",
            "access_entry",
            principal if isinstance(principal, (str, Unknown)) else Unknown("its principal is not among the inputs"),
            documents.domains.of(entry),
            behind.kind if behind else IdentityKind.UNKNOWN,
            f"it is {behind.address}: {behind.reason}" if behind else "its principal is not among the inputs",
            tuple(_access(each) for each in mine) + _groups(entry),
            trust=Policy(
                "access entry", statement(Effect="Allow", Principal={"AWS": principal}, Action="eks:AccessKubernetesApi")
            ),
            declared=bool(behind and behind.declared),
            grants=tuple(entered(entry, mine, shown, documents)),
        )


def _behind(principal: Value, entry: Resource, documents: Documents, known: Sequence[Identity]) -> Identity | None:
    kinds = {"aws_iam_role", "aws_iam_user"}
    found = documents.estate.index.find(principal, entry, lambda kind: kind in kinds).only
    for each in known:
        if each.arn == principal or (found is not None and each.resource is found):
            return each
    return None


def _same(policy: Resource, entry: Resource, documents: Documents) -> bool:
    keys = ("cluster_name", "principal_arn")
    return policy.inside == entry.inside and all(
        documents.text(policy.get(key), policy) == documents.text(entry.get(key), entry) or _of_entry(policy.get(key), entry)
        for key in keys
    )


def _of_entry(value: Value, entry: Resource) -> bool:
    return isinstance(value, Unknown) and any(each.address == entry.address for each in value.references)


def _access(association: Resource) -> Policy:
    arn = association.get("policy_arn")
    name = arn.rpartition("/")[2] if isinstance(arn, str) else association.address
    document: dict[str, Value] = {"accessPolicy": arn, "accessScope": association.get("access_scope")}
    return Policy(name, document, association, association)


def _groups(entry: Resource) -> tuple[Policy, ...]:
    """The Kubernetes groups that the entry is in: what they allow stands in the cluster's own bindings."""
    groups = listed(entry.get("kubernetes_groups"))
    return tuple(
        Policy(
            f"group {each}" if isinstance(each, str) else "group",
            Unknown("what a Kubernetes group may do is written in the cluster"),
            entry,
            entry,
        )
        for each in groups
    )
