"""EKS: who is in a cluster already, and may run pods there, acts with the roles that the cluster gives to pods.

An access entry lets a principal in; its access policies say what it may do there (Amazon EKS User Guide, "Access policy
permissions"). A pod has the role of its service account's pod identity association ("EKS Pod Identity"). What groups of an entry
may do is written in the cluster, so that these count as possible, like everything here: a network path is needed too.
"""

from __future__ import annotations

from collections.abc import Iterator

from policypack.authority.principals import Principals
from policypack.authority.reach import bits
from policypack.catalog.aws_iam.escalation import Escalation
from policypack.model import Identity, Policy, Resource, Unknown, Value

POD_RUN = Escalation(
    "pod_run_in_a_cluster",
    "existing_pass_role",
    ((),),
    ("role",),
    depends="a network path to the cluster's API, and a service account that the caller may use",
)
_ASSOCIATION = "aws_eks_pod_identity_association"
_RUNS_PODS = ("AmazonEKSClusterAdminPolicy", "AmazonEKSAdminPolicy", "AmazonEKSEditPolicy")


def pods_of_members(principals: Principals) -> dict[int, int]:
    """Caller -> the roles, as bits, of pods that it may run because of an access entry."""
    found: dict[int, int] = {}
    entries = [each for each in principals.infrastructure.identities if each.form == "access_entry"]
    slot, roles = principals.holders(_ASSOCIATION, ("role_arn", "target_role_arn")) if entries else (None, ())
    for entry in entries:
        for number in bits(principals.named_by(entry.resource.get("principal_arn"), entry.resource)):
            for place, subject in enumerate(slot.subjects if slot else ()):
                if _may_run(entry, subject.resource):
                    found[number] = found.get(number, 0) | roles[place]
    return {number: to & ~(1 << number) for number, to in found.items() if to & ~(1 << number)}


def _may_run(entry: Identity, association: Resource) -> bool:
    if not _same(entry.resource.get("cluster_name"), association.get("cluster_name")):
        return False
    return any(_covers(policy, association.get("namespace")) for policy in entry.policies)


def _covers(policy: Policy, namespace: Value) -> bool:
    document = policy.document
    if not isinstance(document, dict):
        return True  # a group: what it may do is not known
    arn = document.get("accessPolicy")
    if isinstance(arn, str) and not arn.endswith(_RUNS_PODS):
        return False
    named = list(_namespaces(document.get("accessScope")))
    return not named or not isinstance(namespace, str) or any(isinstance(each, Unknown) or each == namespace for each in named)


def _namespaces(scope: Value) -> Iterator[Value]:
    """The namespaces that a scope is limited to; none: it is the cluster."""
    for each in scope if isinstance(scope, list) else [scope]:
        named = each.get("namespaces") if isinstance(each, dict) and each.get("type") != "cluster" else None
        yield from named if isinstance(named, list) else [] if named is None else [named]


def _same(one: Value, other: Value) -> bool:
    """Whether both may name one cluster: by the same text, by the same resource, or nobody can tell."""
    if isinstance(one, Unknown) and isinstance(other, Unknown) and one.references and other.references:
        return bool({each.address for each in one.references} & {each.address for each in other.references})
    return one == other or isinstance(one, Unknown) or isinstance(other, Unknown)
