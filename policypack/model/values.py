"""Values: what is written, what is not (`None`), and what cannot be told (`Unknown`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias, Union

from msgspec import Struct


class UnknownTruthError(TypeError):
    """An Unknown was used as if it were true or false."""


class Reference(Struct, frozen=True, order=True):
    """Another resource's attribute: `Reference("aws_db_instance.main", "arn")`.

    `address` is absolute (module path included, instance key kept where it is known). `attribute` is a dotted path, or
    "" for the whole resource.
    """

    address: str
    attribute: str = ""

    def __str__(self) -> str:
        return f"{self.address}.{self.attribute}" if self.attribute else self.address


class Unknown(Struct, frozen=True):
    """A value that was written and cannot be told. `bool()` raises, so that no code takes it for false.

    `references` are what would settle it. `parts` is the template, where the text around the holes is known:
    `"${aws_s3_bucket.b.arn}/*"` is `(Reference("aws_s3_bucket.b", "arn"), "/*")`. `document` is the decoded JSON, with
    Unknown leaves, where the unknown is a JSON text whose structure is known (a policy with an ARN that does not exist yet).
    """

    reason: str = "known only after apply"
    references: tuple[Reference, ...] = ()
    parts: tuple[Union[str, Reference], ...] = ()
    document: Value = None

    def __hash__(self) -> int:  # the document is left out: what JSON decodes to cannot be hashed
        return hash((self.reason, self.references, self.parts))

    def __bool__(self) -> bool:
        raise UnknownTruthError(f"unknown value used as a truth value: {self.reason}")


UNKNOWN = Unknown()
Value: TypeAlias = "Union[None, bool, int, float, str, Unknown, list[Value], dict[str, Value]]"
Values: TypeAlias = "Mapping[str, Value]"
Truth: TypeAlias = "Union[bool, Unknown]"


def is_unknown(value: object) -> bool:
    """Whether the value cannot be told."""
    return isinstance(value, Unknown)


def lookup(values: Values, path: str) -> Value:
    """The value at a dotted path, `None` where it is not written, Unknown where anything on the way is unknown.

    A block that may repeat is a list; a path goes into its first element unless it names an index (`rule.1.id`).
    """
    first, _, rest = path.partition(".")
    value: Value = values.get(first)  # asked of the mapping itself: a plan's values are decoded at the first question
    for part in rest.split(".") if rest else ():
        if isinstance(value, list) and not part.isdigit():
            value = value[0] if value else None
        if isinstance(value, Unknown) or value is None:
            return value
        if isinstance(value, list):
            value = value[int(part)] if part.isdigit() and int(part) < len(value) else None
        elif isinstance(value, dict):
            value = value.get(part)
        else:
            return None
    return value
