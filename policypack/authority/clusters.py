"""EKS: who is in a cluster already, and may run pods there, acts with the roles that the cluster gives to pods.

An access entry lets a principal in; its access policies say what it may do there (Amazon EKS User Guide, "Access policy
permissions"). A pod has the role of its service account's pod identity association ("EKS Pod Identity"), or the one that trusts the
account's token ("IAM roles for service accounts"); one that is let onto its node's network has the node's ("Restrict access to the
instance profile assigned to the worker node"). What groups of an entry may do is written in the cluster, so that these count as
possible, like everything here: a network path is needed too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

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
_ASSOCIATION, _NODES = "aws_eks_pod_identity_association", "aws_eks_node_group"
_ROLES = {_ASSOCIATION: ("role_arn", "target_role_arn"), _NODES: ("node_role_arn",)}
_SUBJECT = "system:serviceaccount:"
_RUNS_PODS = ("AmazonEKSClusterAdminPolicy", "AmazonEKSAdminPolicy", "AmazonEKSEditPolicy")


def pods_of_members(principals: Principals) -> dict[int, int]:
    """Caller -> the roles, as bits, of pods that it may run because of an access entry."""
    found: dict[int, int] = {}
    entries = [each for each in principals.infrastructure.identities if each.form == "access_entry"]
    held = [principals.holders(kind, arguments) for kind, arguments in _ROLES.items()] if entries else []
    trusting = list(_by_token(principals)) if entries else []
    for entry in entries:
        to = 0
        for slot, roles in held:
            for place, subject in enumerate(slot.subjects):
                to |= roles[place] if _may_run(entry, subject.resource) else 0
        for number, namespace in trusting:
            to |= 1 << number if any(_covers(policy, namespace) for policy in entry.policies) else 0
        for number in bits(principals.named_by(entry.resource.get("principal_arn"), entry.resource)):
            found[number] = found.get(number, 0) | to
    return {number: to & ~(1 << number) for number, to in found.items() if to & ~(1 << number)}


def _by_token(principals: Principals) -> Iterator[tuple[int, Value]]:
    """Roles that trust the token of a service account, by number, with its namespace (None: which one is not said). Whose cluster
    gives the token cannot be told: its issuer is known only once it exists."""
    for number, each in enumerate(principals.all):
        document = each.trust.document if each.trust is not None else None
        for text in _subjects(document) if isinstance(document, dict) else ():
            namespace = text.removeprefix(_SUBJECT).partition(":")[0]
            yield number, None if "*" in namespace or "?" in namespace else namespace


def _subjects(document: Mapping[str, Value]) -> Iterator[str]:
    """The subjects of service accounts that a trust policy asks for."""
    statements = document.get("Statement")
    for statement in statements if isinstance(statements, list) else [statements]:
        conditions = statement.get("Condition") if isinstance(statement, dict) and statement.get("Effect") == "Allow" else None
        for operator, keys in conditions.items() if isinstance(conditions, dict) else ():
            for key, values in keys.items() if isinstance(keys, dict) and "not" not in operator.lower() else ():
                texts = values if isinstance(values, list) else [values]
                if key.lower().endswith(":sub"):
                    yield from (each for each in texts if isinstance(each, str) and each.startswith(_SUBJECT))


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
