"""The digests that an approval is bound to. docs/gate-digest.md says how to make them without this program.

A plan is hashed in a canonical form, so that the order of keys, white space and the time that Terraform notes do not count,
and every other byte does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Protocol

from msgspec import Raw, Struct

from policypack.gate.canonical import canonical, canonical_object, members_of

__all__ = ["UNTOLD", "Digest", "Hashed", "Needed", "digest", "hashed", "members_of"]


class Needed(Protocol):
    """What of a need is part of its digest."""

    @property
    def kind(self) -> str:
        """Which question found it."""

    @property
    def address(self) -> str:
        """What it happens to."""

    @property
    def actions(self) -> tuple[str, ...]:
        """Terraform's words for what happens."""


class Digest(Struct, frozen=True, forbid_unknown_fields=True):
    """What is approved, in three forms, each `sha256:` and 64 hexadecimal digits.

    `changes` is of all that needs approval, `plan` of the plan's JSON, `file` of the binary plan, None where none is given.
    """

    changes: str
    plan: str
    file: str | None = None


UNTOLD = Digest("", "")
"""The digest that was not made. No approval can name it."""


class Hashed(Struct, frozen=True):
    """The digest of a plan's JSON, and its member `timestamp` as it is written there."""

    plan: str
    timestamp: str = "null"


def hashed(text: bytes) -> Hashed:
    """The digest of a plan's JSON. Raises ReadError where that has no canonical form."""
    plan = members_of(text)
    return Hashed(_of_plan(plan), bytes(plan.get("timestamp", Raw(b"null"))).decode())


def digest(plan: Mapping[str, Raw] | Hashed, needs: Iterable[Needed], file_sha256: str | None = None) -> Digest:
    """The digests of a plan's JSON (its `members_of`, or what was made of it already), of what in it needs approval, and of its binary file (64 hexadecimal
    digits).

    Raises ReadError where the JSON has no canonical form: a key twice, half of a surrogate pair, or no JSON at all.
    """
    of_plan = plan.plan if isinstance(plan, Hashed) else _of_plan(plan)
    return Digest(_of_changes(needs), of_plan, None if file_sha256 is None else f"sha256:{file_sha256}")


def _of_plan(plan: Mapping[str, Raw]) -> str:
    kept = {name: value for name, value in plan.items() if name != "timestamp"}
    return _hashed(b"policypack plan 1\n", canonical_object(kept))


def _of_changes(needs: Iterable[Needed]) -> str:
    listed = {(each.address, each.kind, each.actions) for each in needs}
    rows = [{"actions": list(actions), "address": address, "kind": kind} for address, kind, actions in sorted(listed)]
    return _hashed(b"policypack changes 1\n", [canonical(rows)])


def _hashed(purpose: bytes, pieces: Iterable[bytes | memoryview]) -> str:
    sha = hashlib.sha256(purpose)
    for piece in pieces:
        sha.update(piece)
    return f"sha256:{sha.hexdigest()}"
