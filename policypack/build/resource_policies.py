"""The policies that stand on resources: who is let in or refused there, whatever the caller's own policies say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct

from policypack.build.identity_documents import Documents, joined, partition_of, stands, statement
from policypack.build.identity_policies import Place, listed, place_of
from policypack.model import Policy, Resource, Unknown, Value, replace


class Beside(Struct, frozen=True):
    """A resource type that is nothing but another one's policy: which argument names that one, of which types, and the text."""

    target: str
    types: tuple[str, ...]
    text: str = "policy"


_KEYS = ("aws_kms_key", "aws_kms_external_key", "aws_kms_replica_key", "aws_kms_replica_external_key")
_BESIDE: Mapping[str, Beside] = {
    "aws_backup_vault_policy": Beside("backup_vault_name", ("aws_backup_vault", "aws_backup_logically_air_gapped_vault")),
    "aws_dynamodb_resource_policy": Beside("resource_arn", ("aws_dynamodb_table", "aws_dynamodb_global_table")),
    "aws_ecr_repository_policy": Beside("repository", ("aws_ecr_repository",)),
    "aws_ecrpublic_repository_policy": Beside("repository_name", ("aws_ecrpublic_repository",)),
    "aws_efs_file_system_policy": Beside("file_system_id", ("aws_efs_file_system",)),
    "aws_elasticsearch_domain_policy": Beside("domain_name", ("aws_elasticsearch_domain",), "access_policies"),
    "aws_kinesis_resource_policy": Beside("resource_arn", ("aws_kinesis_stream",)),
    "aws_kms_key_policy": Beside("key_id", _KEYS),
    "aws_msk_cluster_policy": Beside("cluster_arn", ("aws_msk_cluster", "aws_msk_serverless_cluster")),
    "aws_opensearch_domain_policy": Beside("domain_name", ("aws_opensearch_domain",), "access_policies"),
    "aws_redshift_resource_policy": Beside("resource_arn", ("aws_redshift_cluster", "aws_redshiftserverless_namespace")),
    "aws_redshiftserverless_resource_policy": Beside("resource_arn", ("aws_redshiftserverless_snapshot",)),
    "aws_s3_bucket_policy": Beside("bucket", ("aws_s3_bucket", "aws_s3_directory_bucket")),
    "aws_s3tables_table_bucket_policy": Beside("table_bucket_arn", ("aws_s3tables_table_bucket",), "resource_policy"),
    "aws_s3tables_table_policy": Beside("name", ("aws_s3tables_table",), "resource_policy"),
    "aws_secretsmanager_secret_policy": Beside("secret_arn", ("aws_secretsmanager_secret",)),
    "aws_sns_topic_policy": Beside("arn", ("aws_sns_topic",)),
    "aws_sqs_queue_policy": Beside("queue_url", ("aws_sqs_queue",)),
    "aws_acmpca_policy": Beside("resource_arn", ("aws_acmpca_certificate_authority",)),
    "aws_codeartifact_domain_permissions_policy": Beside("domain", ("aws_codeartifact_domain",), "policy_document"),
    "aws_codeartifact_repository_permissions_policy": Beside("repository", ("aws_codeartifact_repository",), "policy_document"),
}

# Type -> the argument in which a resource holds its own policy.
_WITHIN: Mapping[str, str] = {
    "aws_elasticsearch_domain": "access_policies",
    "aws_glacier_vault": "access_policy",
    "aws_iam_role": "assume_role_policy",
    "aws_kms_external_key": "policy",
    "aws_kms_key": "policy",
    "aws_kms_replica_external_key": "policy",
    "aws_kms_replica_key": "policy",
    "aws_opensearch_domain": "access_policies",
    "aws_s3_bucket": "policy",
    "aws_secretsmanager_secret": "policy",
    "aws_sns_topic": "policy",
    "aws_sqs_queue": "policy",
}


def resource_policies(documents: Documents) -> dict[Place, tuple[Policy, ...]]:
    """Input and address of a resource -> its policies. What cannot be resolved is an Unknown document; where more than one
    resource may be meant, each gets one. A key without a policy has the one that KMS gives it."""
    found: dict[Place, list[Policy]] = defaultdict(list)
    for each in documents.estate.resources:
        if not each.type.startswith("aws_") or each.mode != "managed" or not stands(each):
            continue
        for target, policy in _policies(each, documents):
            found[place_of(target)].append(policy)
    for each in documents.estate.resources:
        if each.type in _KEYS and each.mode == "managed" and stands(each):
            own = [policy for policy in found[place_of(each)] if not policy.name.startswith("grant")]
            found[place_of(each)] += [] if own else [default_key_policy(each, documents)]
    return {place: tuple(policies) for place, policies in found.items() if policies}


def _policies(resource: Resource, documents: Documents) -> Iterator[tuple[Resource, Policy]]:
    within = _WITHIN.get(resource.type)
    if within is not None and resource.get(within) not in (None, ""):
        yield resource, Policy(_name(resource, within), documents.of(resource.get(within), resource), resource, resource)
    beside = _BESIDE.get(resource.type)
    if beside is not None and beside.target:
        policy = Policy(resource.address, documents.of(resource.get(beside.text), resource), resource, resource)
        yield from _on(beside.target, beside.types, policy, documents)
    made = _MADE.get(resource.type)
    if made is not None:
        target, types, write = made
        policy = Policy(f"grant {resource.address}", write(resource, documents), resource, resource)
        yield from _on(target, types, policy, documents)


def _name(resource: Resource, argument: str) -> str:
    return f"the {'trust policy' if argument == 'assume_role_policy' else argument} of {resource.address}"


def _on(argument: str, types: tuple[str, ...], policy: Policy, documents: Documents) -> Iterator[tuple[Resource, Policy]]:
    holder = policy.origin
    assert holder is not None
    value = documents.text(holder.get(argument), holder)
    found = documents.estate.index.find(value, holder, lambda kind: kind in types).resources
    if not found and isinstance(value, str):
        found = tuple(each for each in documents.functions.get(value.rpartition(":")[2], ()) if each.type in types)
    if len(found) > 1:
        reason = f"which of several resources {holder.address} is for cannot be told"
        policy = replace(policy, document=Unknown(reason))
    for each in found:
        if each.mode == "managed" and stands(each):
            yield each, policy


def default_key_policy(key: Resource, documents: Documents) -> Policy:
    """What KMS writes where nobody did: the account may, which lets its IAM policies decide (AWS KMS Developer Guide, default
    key policy)."""
    account = documents.domains.of(key).account
    root = joined([f"arn:{partition_of(documents.estate, key)}:iam::", account, ":root"])
    return Policy(
        "default key policy",
        statement(Effect="Allow", Principal={"AWS": root}, Action="kms:*", Resource="*"),
        key,
        assumed=True,
    )


def _grant(grant: Resource, documents: Documents) -> Value:
    """What a KMS grant allows to its grantee (AWS KMS Developer Guide, grants). Its constraints only narrow."""
    operations = grant.get("operations")
    actions: Value = (
        operations
        if isinstance(operations, Unknown)
        else [each if isinstance(each, Unknown) else f"kms:{each}" for each in listed(operations)]
    )
    grantee = documents.text(grant.get("grantee_principal"), grant)
    made = statement(Effect="Allow", Principal={"AWS": grantee}, Action=actions, Resource="*")
    retiring = documents.text(grant.get("retiring_principal"), grant)
    if retiring is not None:
        also: Value = {"Effect": "Allow", "Principal": {"AWS": retiring}, "Action": "kms:RetireGrant", "Resource": "*"}
        made["Statement"] = [*listed(made["Statement"]), also]
    return made


def _permission(permission: Resource, documents: Documents) -> Value:
    """The statement that a Lambda permission adds to its function's policy (AWS Lambda Developer Guide, resource-based
    policies)."""
    principal = documents.text(permission.get("principal"), permission)
    service = isinstance(principal, str) and "." in principal and not principal.startswith("arn:")
    condition: dict[str, Value] = {}
    for argument, operator, key in (
        ("source_arn", "ArnLike", "AWS:SourceArn"),
        ("source_account", "StringEquals", "AWS:SourceAccount"),
        ("principal_org_id", "StringEquals", "aws:PrincipalOrgID"),
        ("event_source_token", "StringEquals", "lambda:EventSourceToken"),
        ("function_url_auth_type", "StringEquals", "lambda:FunctionUrlAuthType"),
    ):
        value = documents.text(permission.get(argument), permission)
        if value is not None:
            held = condition.setdefault(operator, {})
            assert isinstance(held, dict)
            held[key] = value
    who: Value = "*" if principal == "*" else {"Service" if service else "AWS": principal}
    fields: dict[str, Value] = {"Effect": "Allow", "Principal": who, "Action": permission.get("action"), "Resource": "*"}
    return statement(**fields, **({"Condition": condition} if condition else {}))


Writer = Callable[[Resource, Documents], Value]
_MADE: Mapping[str, tuple[str, tuple[str, ...], Writer]] = {
    "aws_kms_grant": ("key_id", _KEYS, _grant),
    "aws_lambda_permission": ("function_name", ("aws_lambda_function", "aws_lambda_alias"), _permission),
}
