"""What one sentence of AWS's documentation is worth: calls that it lets through, calls that it stops, calls that it leaves open."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from tests.authority.worlds import ACCOUNT, ALL, BUCKET, USER, document, statement

OBJECT = f"{BUCKET}/a/b"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/0-1"
ADMIN = f"arn:aws:iam::{ACCOUNT}:role/admin"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
DENY = document(statement("Deny"))


class Call(Struct, frozen=True):
    """A request with everything that grants and limits it: by default a user of the bucket's account deletes the bucket."""

    action: str = "s3:DeleteBucket"
    on: str = BUCKET
    who: str = USER
    owner: str = ACCOUNT
    keys: dict[str, Any] = field(default_factory=dict)
    layers: dict[str, Any] = field(default_factory=dict)
    management: bool = False
    owner_management: bool = False


class Sentence(Struct, frozen=True):
    """A rule in our words, the page that it is read off, and calls by their answer.

    `maybe` holds what the documentation, or `yes` and `no` together, leaves undecided.
    """

    says: str
    page: str
    yes: tuple[Call, ...]
    no: tuple[Call, ...]
    maybe: tuple[Call, ...] = ()


def mine(*documents: Any, **more: Any) -> Call:
    """A call by somebody with these identity policies."""
    settings = {
        name: more.pop(name)
        for name in ("action", "on", "who", "owner", "keys", "management", "owner_management")
        if name in more
    }
    return Call(**settings, layers={"identity": list(documents), **more})


def allow(action: Any = "*", resource: Any = "*", *, version: str | None = "2012-10-17", **more: Any) -> dict[str, Any]:
    """A policy of one Allow."""
    return document(statement("Allow", action, resource, **more), version=version)


def deny(action: Any = "*", resource: Any = "*", *, version: str | None = "2012-10-17", **more: Any) -> dict[str, Any]:
    """A policy of one Deny."""
    return document(statement("Deny", action, resource, **more), version=version)


def to(principal: Any, *, effect: str = "Allow", action: Any = "*", resource: Any = "*", **more: Any) -> dict[str, Any]:
    """A resource policy of one statement; a plain text names an AWS principal."""
    named = principal if isinstance(principal, dict) or principal == "*" else {"AWS": principal}
    return document(statement(effect, action, resource, Principal=named, **more))


def when(operator: str, value: Any, key: str = "aws:PrincipalTag/k", effect: str = "Allow", **more: Any) -> dict[str, Any]:
    """A policy whose only statement has one condition."""
    return document(statement(effect, Condition={operator: {key: value}}, **more))


def given(operator: str, value: Any, held: Any, key: str = "aws:PrincipalTag/k") -> Call:
    """A call that one condition decides, where the key has this value (a text or a list)."""
    return mine(when(operator, value, key), keys={key: held})


def stopped(operator: str, value: Any, held: Any, key: str = "aws:PrincipalTag/k") -> Call:
    """The same of a Deny beside an Allow of everything."""
    keys = {} if held is None else {key: held}
    return mine(ALL, when(operator, value, key, "Deny"), keys=keys)


def absent(operator: str, value: Any, key: str = "aws:PrincipalTag/k") -> Call:
    """A call that one condition decides, where the key is absent."""
    return mine(when(operator, value, key))
