"""Where the state of an input lies, as far as a backend tells it whose bucket is not among the inputs.

Terraform reads and writes the state with the credentials of the backend. A backend that names no others has those of the
provider blocks that name no others either, and what it names is taken to lie in their account. It may lie elsewhere, with a
policy of its own that lets this account in: for everybody of another known account that is what decides, and it is not known.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from policypack.authority.aws import ANON, account_of_domain
from policypack.model import Domain, Input, Policy, Resource, Unknown, Value

_CREDENTIALS = (
    "access_key",
    "assume_role",
    "assume_role_with_web_identity",
    "profile",
    "role_arn",
    "shared_config_files",
    "shared_credentials_file",
    "shared_credentials_files",
    "token",
)
_ACCOUNT_PLACE = 4
_PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}


def arn_of_state(source: Input, backend: Resource) -> str:
    """The ARN of the object that a state is, ANON for what of it is not known. Its partition is that of the backend's region, or
    else of the provider blocks'."""
    bucket, key = (each if isinstance(each, str) else ANON for each in (backend.get("bucket"), backend.get("key")))
    regions = (backend.get("region"), *(block.get("region") for block in source.providers.values() if block.type == "aws"))
    region = next((each for each in regions if isinstance(each, str) and each), "")
    partition = next((name for start, name in _PARTITIONS.items() if region.startswith(start)), "aws")
    return f"arn:{partition}:s3:::{bucket}/{key}"


def account_of_state(source: Input, backend: Resource, domains: Mapping[tuple[str, str], Domain]) -> str:
    """The account whose credentials a backend uses, as text with holes; ANON where that cannot be told. `domains` has, by input
    and provider key, whose account a provider block acts in."""
    role = backend.get("assume_role.role_arn") or backend.get("role_arn")
    if isinstance(role, str) and role.count(":") > _ACCOUNT_PLACE:
        return role.split(":")[_ACCOUNT_PLACE] or ANON
    mine = _said(backend)
    blocks = {key: block for key, block in source.providers.items() if block.type == "aws"}
    keys = [key for key, block in blocks.items() if _said(block) == mine and mine is not None]
    if "aws" not in blocks and not mine and mine is not None:
        keys.append("aws")  # a provider without a block has the credentials of the environment
    accounts = {account_of_domain(domains[source.path, key]) for key in keys if (source.path, key) in domains}
    return accounts.pop() if len(accounts) == 1 else ANON


def _said(block: Resource) -> tuple[tuple[str, str], ...] | None:
    """What a block says of its credentials; None where that cannot be told. Never shown."""
    said = [(name, block.get(name)) for name in _CREDENTIALS if block.get(name) not in (None, "", [])]
    if any(isinstance(value, Unknown) for _, value in said):
        return None
    return tuple((name, repr(value)) for name, value in said)


def unseen_policy(backend: Resource, account: str, accounts: Collection[str]) -> tuple[Policy, ...]:
    """What stands on a bucket that is not among the inputs, for those of other accounts: perhaps something that lets them in."""
    others: list[Value] = [f"arn:aws:iam::{each}:root" for each in sorted(accounts) if each != account]
    if not others or not account.isdigit():
        return ()
    unknown = Unknown("the bucket is not among the inputs")
    statement: Value = {"Effect": "Allow", "Principal": {"AWS": others}, "Action": "s3:*", "Resource": unknown}
    document: Value = {"Version": "2012-10-17", "Statement": [statement]}
    return (Policy("the policy of the state's bucket", document, backend, assumed=True),)
