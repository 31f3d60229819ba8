"""What runs in a cluster as which service account, and what holds the token of one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from policypack.build.identity_documents import Documents, stands
from policypack.build.kubernetes_subjects import Subject, Subjects
from policypack.model import Resource

_POD = "spec.template.spec"
# Type -> where its pods are described.
_PODS: Mapping[str, str] = {
    f"kubernetes_{name}": path
    for names, path in (
        (("pod", "pod_v1"), "spec"),
        (("cron_job", "cron_job_v1"), "spec.job_template.spec.template.spec"),
        (("deployment", "deployment_v1", "daemonset", "daemon_set_v1", "job", "job_v1"), _POD),
        (("stateful_set", "stateful_set_v1", "replication_controller", "replication_controller_v1"), _POD),
    )
    for name in names
}
SECRETS = ("kubernetes_secret_v1", "kubernetes_secret")
_HOLDS_ONE = "kubernetes.io/service-account-token"
_WHOSE = "kubernetes.io/service-account.name"


def running(documents: Documents, subjects: Subjects) -> Iterator[tuple[Resource, Subject]]:
    """Each resource whose pods act as somebody, with whom. Pods without a token act as nobody."""
    for each in documents.estate.resources:
        path = _PODS.get(each.type) if each.mode == "managed" and stands(each) else None
        if path is None or each.get(path) is None or each.get(f"{path}.automount_service_account_token") is False:
            continue
        yield each, subjects.account(each.written(f"{path}.service_account_name"), each.written("metadata.namespace"), each)


def tokens(documents: Documents, subjects: Subjects) -> Iterator[tuple[Resource, Subject]]:
    """Each secret that holds the token of a service account, with whose it is."""
    for each in documents.estate.resources:
        if each.type in SECRETS and each.mode == "managed" and stands(each) and each.get("type") == _HOLDS_ONE:
            annotations = each.get("metadata.annotations")
            name = annotations.get(_WHOSE) if isinstance(annotations, dict) else annotations
            if name is not None:
                yield each, subjects.account(name, each.written("metadata.namespace"), each)
