"""What runs on Google Cloud as which service account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from policypack.build.google_members import Member, Members
from policypack.build.identity_documents import Documents, stands
from policypack.model import Resource

# Type -> the arguments that name its service account.
_ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "google_app_engine_flexible_app_version": ("service_account",),
    "google_app_engine_standard_app_version": ("service_account",),
    "google_cloud_run_service": ("template.spec.service_account_name",),
    "google_cloud_run_v2_job": ("template.template.service_account",),
    "google_cloud_run_v2_service": ("template.service_account",),
    "google_cloud_run_v2_worker_pool": ("template.service_account",),
    "google_cloudbuild_trigger": ("service_account",),
    "google_cloudfunctions2_function": ("service_config.service_account_email", "build_config.service_account"),
    "google_cloudfunctions_function": ("service_account_email",),
    "google_composer_environment": ("config.node_config.service_account",),
    "google_compute_instance": ("service_account.email",),
    "google_compute_instance_template": ("service_account.email",),
    "google_container_cluster": (
        "node_config.service_account",
        "cluster_autoscaling.auto_provisioning_defaults.service_account",
    ),
    "google_container_node_pool": ("node_config.service_account",),
    "google_dataproc_cluster": ("cluster_config.gce_cluster_config.service_account",),
    "google_vertex_ai_reasoning_engine": ("spec.service_account",),
    "google_workbench_instance": ("gce_setup.service_accounts.email",),
    "google_workflows_workflow": ("service_account",),
}
_AGENTS = frozenset({"google_vertex_ai_reasoning_engine"})


def runs_agents(kind: str) -> bool:
    """Whether resources of a type are AI agents (Vertex AI Agent Engine)."""
    return kind in _AGENTS


def running(documents: Documents, members: Members) -> Iterator[tuple[Resource, Member]]:
    """Each resource that runs as somebody, with whom, or with somebody who cannot be told."""
    for each in documents.estate.resources:
        if each.mode != "managed" or not stands(each):
            continue
        for argument in _ARGUMENTS.get(each.type, ()):
            value = each.written(argument)
            if value is None:
                continue
            email = value.rpartition("/")[2] if isinstance(value, str) else value
            for member, _ in members.meant(f"serviceAccount:{email}" if isinstance(email, str) else email, each):
                yield each, member
