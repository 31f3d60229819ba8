"""What resource types mean: provider facts, written as YAML, loaded from their compiled form.

`load_catalog()` reads an index of a few hundred bytes. A provider's own facts are parsed when one of its types is asked for,
an entry is typed when it is asked for, and both are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import msgspec.json

from policypack.catalog.entry import (
    BackupFact,
    CompanionFact,
    CredentialFact,
    ExpiryFact,
    GovernedFact,
    GuardFact,
    KeepsFact,
    LockFact,
    ProviderEntry,
    StateFact,
    TypeEntry,
    WeakeningFact,
    provider_entry,
    type_entry,
)

if TYPE_CHECKING:
    from policypack.catalog.approval import ApprovalFact, IssuerFact

__all__ = [
    "BackupFact",
    "Catalog",
    "CompanionFact",
    "CredentialFact",
    "ExpiryFact",
    "GovernedFact",
    "GuardFact",
    "KeepsFact",
    "LockFact",
    "ProviderEntry",
    "StateFact",
    "TypeEntry",
    "WeakeningFact",
    "load_catalog",
]

GENERATED = Path(__file__).with_name("generated")

# Families that matter as a whole, and what tells the account: they are decoded, although not each has an entry.
_KNOWN_AS_FAMILY = (
    "aws_iam_",
    "aws_organizations_",
    "aws_ssoadmin_",
    "aws_identitystore_",
    "aws_rolesanywhere_",
    "aws_eks_access_",
    "aws_eks_pod_identity_",
    "aws_caller_identity",
    "aws_partition",
    "aws_region",
    "azuread_",
    "azurerm_cosmosdb_sql_role_",
    "azurerm_lighthouse_",
    "azurerm_pim_",
    "azurerm_role_",
    "vault_alicloud_auth_",
    "vault_aws_auth_backend_role",
    "vault_azure_auth_backend_role",
    "vault_cert_auth_backend_role",
    "vault_gcp_auth_backend_role",
    "vault_github_",
    "vault_identity_",
    "vault_ldap_auth_",
    "vault_oci_auth_backend_role",
    "vault_okta_auth_backend_",
    "vault_saml_auth_",
    "vault_userpass_auth_",
)
# What is asked for who may do what and by which role, beside what has an entry: policies of their own type, holders of roles.
_KNOWN_FOR_ACCESS = frozenset(
    {
        "aws_acmpca_policy",
        "aws_amplify_app",
        "aws_apprunner_service",
        "aws_appsync_datasource",
        "aws_batch_job_definition",
        "aws_bedrockagentcore_code_interpreter",
        "aws_codebuild_project",
        "aws_codepipeline",
        "aws_fis_experiment_template",
        "aws_glue_dev_endpoint",
        "aws_glue_job",
        "aws_lambda_alias",
        "aws_lambda_permission",
        "aws_redshiftserverless_resource_policy",
        "aws_sfn_state_machine",
        "aws_sns_topic_policy",
        "azurerm_client_config",
        "azurerm_container_app",
        "azurerm_container_app_job",
        "azurerm_federated_identity_credential",
        "azurerm_mssql_managed_instance_active_directory_administrator",
        "azurerm_mysql_flexible_server_active_directory_administrator",
        "azurerm_postgresql_flexible_server_active_directory_administrator",
        "azurerm_resource_deployment_script_azure_cli",
        "azurerm_resource_deployment_script_azure_power_shell",
        "google_bigquery_dataset_access",
        "google_cloud_identity_group_membership",
        "google_cloud_run_service",
        "google_cloud_run_v2_job",
        "google_cloud_run_v2_service",
        "google_cloud_run_v2_worker_pool",
        "google_cloudbuild_trigger",
        "google_cloudfunctions2_function",
        "google_cloudfunctions_function",
        "google_compute_default_service_account",
        "google_compute_instance_template",
        "google_container_node_pool",
        "google_app_engine_default_service_account",
        "google_privileged_access_manager_entitlement",
        "google_storage_bucket_access_control",
        "google_storage_bucket_acl",
        "google_workflows_workflow",
    }
)

_GRANTS = "_iam_"  # who may do what to a resource of a type is a family of its own for each type, on more than one platform

# Types that the catalog names and no question looks into, and that large estates have by the thousand: they are counted.
_COUNTED_ONLY = frozenset(
    {
        "aws_cloudwatch_log_stream",
        "aws_cognito_user_pool_client",
        "aws_ecs_service",
        "aws_eip",
        "aws_lambda_layer_version",
        "aws_route53_record",
        "aws_s3_bucket_object",
        "aws_s3_object",
        "aws_s3_object_copy",
        "aws_volume_attachment",
    }
)


class Catalog:
    """The facts of all providers, by provider and by resource type. It never changes for its users; `load_catalog` makes it."""

    __slots__ = (
        "_also",
        "_approvals",
        "_blocks",
        "_entries",
        "_folder",
        "_harmless",
        "_issuers",
        "_kept",
        "_knows",
        "_providers",
        "_raw",
        "_states",
    )

    def __init__(
        self,
        folder: Path,
        providers: Iterable[str],
        harmless: Iterable[str] = (),
        described_by: Mapping[str, Mapping[str, str]] | None = None,
        issuers: Iterable[dict[str, Any]] = (),
    ) -> None:
        """`described_by` says which provider describes another of its platform (`also`), a backend (`states`), and a token by the
        name under which it is kept (`kept`). `issuers` are those who give tokens to pipelines."""
        self._folder = folder
        self._also = (described_by or {}).get("also", {})
        self._states = (described_by or {}).get("states", {})
        self._kept = (described_by or {}).get("kept", {})
        self._providers = frozenset(providers)
        self._harmless = frozenset(harmless)
        self._raw: dict[str, dict[str, Any]] = {}
        self._entries: dict[str, TypeEntry | None] = {}
        self._blocks: dict[str, ProviderEntry | None] = {}
        self._approvals: dict[str, ApprovalFact | None] = {}
        self._issuers = tuple(issuers)
        self._knows: dict[str, bool] = {}

    def knows(self, resource_type: str) -> bool:
        """Whether there is anything to ask of the type, or its whole family matters (IAM). Fast enough to ask a million times."""
        known = self._knows.get(resource_type)
        if known is None:
            known = resource_type not in _COUNTED_ONLY and (
                resource_type in self._types(resource_type)
                or resource_type in self._part(resource_type, "approvals")
                or resource_type in _KNOWN_FOR_ACCESS
                or resource_type.startswith(_KNOWN_AS_FAMILY)
                or _GRANTS in resource_type
            )
            self._knows[resource_type] = known
        return known

    def entry(self, resource_type: str) -> TypeEntry | None:
        """What the type means, None where the catalog has no entry for it."""
        if resource_type not in self._entries:
            raw = self._types(resource_type).get(resource_type)
            self._entries[resource_type] = None if raw is None else type_entry(resource_type, raw)
        return self._entries[resource_type]

    def objects(self, resource_type: str) -> Mapping[str, str]:
        """Group and kind of an object -> the type that stands for it, on the platform of a type that holds manifests."""
        types = self._file(self.platform(resource_type.partition("_")[0])).get("types", {})
        return {each["object"]: name for name, each in sorted(types.items()) if "object" in each}

    def types(self, provider: str) -> tuple[str, ...]:
        """All types of a provider that have an entry, in order of their names."""
        return tuple(self._file(provider).get("types", ()))

    def provider(self, name: str) -> ProviderEntry | None:
        """What the provider itself means, None where the catalog has nothing about it."""
        if name not in self._blocks:
            raw = (self._file(name) or self._file(self.platform(name))).get("provider")
            self._blocks[name] = None if raw is None else provider_entry(raw)
        return self._blocks[name]

    def platform(self, provider: str) -> str:
        """The provider under whose name a platform is described: `google` for google-beta, most others for themselves."""
        return self._also.get(provider, provider)

    def state_of(self, backend: str) -> StateFact | None:
        """Where a backend of that type keeps its state, None where no catalog says."""
        provider = self.provider(self._states[backend]) if backend in self._states else None
        return provider.state if provider else None

    def kept_names(self) -> Mapping[str, str]:
        """The names under which tokens are usually kept -> their platform."""
        return self._kept

    def providers(self) -> tuple[str, ...]:
        """The names of all providers that the catalog says anything about, harmless ones aside."""
        return tuple(sorted(self._providers))

    def harmless(self, provider: str) -> bool:
        """Whether none of the provider's types holds data or guards it, so that silence about them is no gap."""
        return provider in self._harmless

    def covered(self, provider: str) -> bool:
        """Whether the provider's types are known, so that a type without an entry holds nothing worth a finding."""
        known = self.provider(provider)
        return known is not None and known.covered

    def approval(self, resource_type: str) -> ApprovalFact | None:
        """What the type means for approvals, None where it means nothing."""
        if resource_type not in self._approvals:
            raw = self._part(resource_type, "approvals").get(resource_type)
            self._approvals[resource_type] = None if raw is None else _approvals().approval_fact(raw)
        return self._approvals[resource_type]

    def judged_for_approvals(self, provider: str) -> tuple[str, ...]:
        """All types of a provider that mean something for approvals, in order of their names."""
        return tuple(self._file(provider).get("approvals", ()))

    def issuers(self) -> tuple[IssuerFact, ...]:
        """Who gives tokens to pipelines."""
        return tuple(_approvals().issuer_fact(each) for each in self._issuers)

    def _types(self, resource_type: str) -> dict[str, Any]:
        return self._part(resource_type, "types")

    def _part(self, resource_type: str, part: str) -> dict[str, Any]:
        found: dict[str, Any] = self._file(resource_type.partition("_")[0]).get(part, {})
        return found

    def _file(self, provider: str) -> dict[str, Any]:
        if provider not in self._providers:
            return {}
        if provider not in self._raw:
            self._raw[provider] = msgspec.json.decode(self._folder.joinpath(f"{provider}.json").read_bytes())
        return self._raw[provider]


def _approvals() -> ModuleType:
    """What few scans need is imported when it is needed."""
    from policypack.catalog import approval

    return approval


@cache
def load_catalog() -> Catalog:
    """The catalog of this installation. Every call gives the same one."""
    index = msgspec.json.decode(GENERATED.joinpath("index.json").read_bytes())
    return Catalog(GENERATED, index["providers"], index["harmless"], index, index["issuers"])
