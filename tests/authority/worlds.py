"""Policies, callers and requests for the tests of the decision engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from policypack.authority.aws import Decision, Layers, Principal, Request, decide, decoded, encode
from policypack.authority.aws.context import Given
from policypack.model import Policy

ACCOUNT = "111122223333"
OTHER_ACCOUNT = "444455556666"
USER = f"arn:aws:iam::{ACCOUNT}:user/agent"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/agent"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/agent/sess"
DB = f"arn:aws:rds:us-east-1:{ACCOUNT}:db:prod"
BUCKET = "arn:aws:s3:::prod-data"


def statement(effect: str = "Allow", action: Any = "*", resource: Any = "*", **more: Any) -> dict[str, Any]:
    """A statement; `Action=None` or `Resource=None` leaves the element out."""
    written = {"Effect": effect, "Action": action, "Resource": resource, **more}
    return {key: value for key, value in written.items() if value is not None}


def document(*statements: Any, version: str | None = "2012-10-17") -> dict[str, Any]:
    """A policy document."""
    return {**({"Version": version} if version else {}), "Statement": list(statements)}


ALL = document(statement())
NOTHING = document(statement(action="ec2:Describe*"))


def principal(arn: str, *, management: bool = False) -> Principal:
    """The caller behind an ARN."""
    account = arn.split(":")[4]
    if ":assumed-role/" in arn:
        role = f"arn:aws:iam::{account}:role/{arn.split('/')[1]}"
        return Principal("session", (arn,), account, (role,), management)
    kind = "user" if ":user/" in arn else "root" if arn.endswith(":root") else "role"
    return Principal(kind, (arn,), account, (), management)


def policy(text: Any, name: str = "a policy") -> Policy:
    """A policy without an origin."""
    return Policy(name, text)


def layers(  # noqa: PLR0913, PLR0917 - a test names the layers that it is about
    identity: Sequence[Any] = (),
    boundary: Any = None,
    session: Any = None,
    resource: Any = None,
    scps: Sequence[Sequence[Any]] | None = None,
    rcps: Sequence[Sequence[Any]] | None = None,
) -> Layers:
    """Layers out of documents."""
    return Layers(
        tuple(decoded(policy(each, f"policy {number}")) for number, each in enumerate(identity)),
        None if boundary is None else decoded(policy(boundary, "the boundary")),
        None if session is None else decoded(policy(session, "the session policy")),
        () if resource is None else (decoded(policy(resource, "the resource's policy")),),
        tuple(tuple(decoded(policy(each, "an SCP")) for each in level) for level in scps or ()),
        tuple(tuple(decoded(policy(each, "an RCP")) for each in level) for level in rcps or ()),
    )


def context(values: Mapping[str, Any]) -> dict[str, Given]:
    """Condition keys of a request: a text, a list of texts, or None for unknown."""
    found: dict[str, Given] = {}
    for key, value in values.items():
        listed = value if isinstance(value, list) else [value]
        found[key.lower()] = None if value is None else tuple((encode(each),) for each in listed)
    return found


def ask(  # noqa: PLR0913 - a test names what it is about
    action: str,
    target: Any,
    *,
    who: str = USER,
    owner: str = ACCOUNT,
    given: Mapping[str, Any] | None = None,
    closed: bool = True,
    management: bool = False,
    owner_management: bool = False,
    **policies: Any,
) -> Decision:
    """One decision."""
    forms = target if isinstance(target, tuple) else (encode(target),)
    request = Request(action, forms, owner, context(given or {}), closed, owner_management)
    return decide(request, principal(who, management=management), layers(**policies))
