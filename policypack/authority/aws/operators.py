"""Condition operators as a table: how one value of a request is compared with one value of a policy.

Rules: IAM User Guide, "IAM JSON policy elements: Condition operators". A comparison that cannot be made (a number that is
none, an address that is none) is U, never a guess.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from decimal import Decimal
from functools import lru_cache
from typing import Final

from msgspec import Struct

from policypack.authority.aws.kleene import F, T, U, Verdict
from policypack.authority.aws.match import glob, overlap
from policypack.authority.aws.text import has_hole, literal

Compare = Callable[[str, str, str], Verdict]
"""(pattern as it certainly is, pattern as it may be, value of the request) -> whether they agree."""

_NUMBER = re.compile(r"[+-]?\d{1,40}(\.\d{1,40})?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)?)?", re.ASCII)


class Operator(Struct, frozen=True):
    """One operator without prefix and suffix. `family` is what it compares; `variables`: its values may hold some."""

    name: str
    family: str
    negated: bool
    compare: Compare
    variables: bool = False


def equal(must: str, may: str, value: str) -> Verdict:
    """Text equality: wildcards are characters."""
    pattern, value = literal(must), literal(value)
    if glob(pattern, value):
        return T
    return U if overlap(literal(may), value) else F


def equal_ignoring_case(must: str, may: str, value: str) -> Verdict:
    """Text equality without case."""
    return equal(must.lower(), may.lower(), value.lower())


def like(must: str, may: str, value: str) -> Verdict:
    """A glob over the whole value, with case."""
    value = literal(value)
    if glob(must, value):
        return T
    return U if overlap(may, value) else F


def arn_like(must: str, may: str, value: str) -> Verdict:
    """Six segments compared one by one, wildcards inside each. A shorter pattern is documented nowhere: `*` apart, U.

    A text with a hole may be a whole ARN: the same one on both sides is the same ARN.
    """
    value = literal(value)
    if (must and not must.strip("*")) or (must == value and has_hole(must) and glob(must, value)):
        return T
    if not overlap(may, value):
        return F
    wanted, fields = must.split(":", 5), value.split(":", 5)
    if len(wanted) < 6 or len(fields) < 6:
        return U
    if all(glob(*pair) for pair in zip(wanted, fields, strict=True)):
        return T
    if has_hole(may) or must != may:
        return U
    return U if all(overlap(*pair) for pair in zip(wanted, fields, strict=True)) else F


def in_network(must: str, may: str, value: str) -> Verdict:
    """Whether an address lies in a CIDR block, IPv4 or IPv6."""
    network, address = parse_network(must), parse_network(value)
    if must != may or network is None or address is None or address.num_addresses != 1:
        return U
    return T if network.version == address.version and address.network_address in network else F


@lru_cache(maxsize=4096)
def parse_network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """An address or a CIDR block, None where the text is neither."""
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def parse_number(text: str) -> Decimal | None:
    """A decimal number, None where the text is none."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def parse_date(text: str) -> Decimal | None:
    """A date in ISO 8601 or in seconds since 1970, as the latter; None where the text is neither."""
    if not _DATE.fullmatch(text):
        return parse_number(text)
    try:
        moment = datetime.fromisoformat(_padded(text.replace("Z", "+00:00")))
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    whole = moment.replace(microsecond=0).timestamp()
    return Decimal(int(whole)) + Decimal(moment.microsecond) / 1_000_000


def _padded(text: str) -> str:
    """Fractions of six digits and offsets with a colon, which older Pythons insist on."""
    text = re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", text) if "T" in text else text
    return re.sub(r"\.(\d{1,6})", lambda found: "." + found[1].ljust(6, "0"), text)


def _ordered(parse: Callable[[str], Decimal | None], holds: Callable[[Decimal, Decimal], bool]) -> Compare:
    def compare(must: str, may: str, value: str) -> Verdict:
        limit, given = parse(must), parse(value)
        if must != may or limit is None or given is None:
            return U
        return T if holds(given, limit) else F

    return compare


def same_truth(must: str, may: str, value: str) -> Verdict:
    """The texts true and false, without case."""
    wanted, given = must.lower(), value.lower()
    if must != may or wanted not in {"true", "false"} or given not in {"true", "false"}:
        return U
    return T if wanted == given else F


def same_bytes(must: str, may: str, value: str) -> Verdict:
    """Equality of what both are the base64 text of."""
    try:
        wanted, given = (base64.b64decode(text.encode("ascii"), validate=True) for text in (must, value))
    except (binascii.Error, ValueError):
        return U
    return U if must != may else T if wanted == given else F


def _never(must: str, may: str, value: str) -> Verdict:  # noqa: ARG001 - Null looks at presence only
    return U


_ORDER: Final[Mapping[str, Callable[[Decimal, Decimal], bool]]] = {
    "LessThan": lambda given, limit: given < limit,
    "LessThanEquals": lambda given, limit: given <= limit,
    "GreaterThan": lambda given, limit: given > limit,
    "GreaterThanEquals": lambda given, limit: given >= limit,
}


def _table() -> dict[str, Operator]:
    rows = [
        Operator("StringEquals", "string", False, equal, True),
        Operator("StringNotEquals", "string", True, equal, True),
        Operator("StringEqualsIgnoreCase", "string", False, equal_ignoring_case, True),
        Operator("StringNotEqualsIgnoreCase", "string", True, equal_ignoring_case, True),
        Operator("StringLike", "glob", False, like, True),
        Operator("StringNotLike", "glob", True, like, True),
        Operator("ArnEquals", "glob", False, arn_like, True),
        Operator("ArnLike", "glob", False, arn_like, True),
        Operator("ArnNotEquals", "glob", True, arn_like, True),
        Operator("ArnNotLike", "glob", True, arn_like, True),
        Operator("IpAddress", "network", False, in_network),
        Operator("NotIpAddress", "network", True, in_network),
        Operator("Bool", "truth", False, same_truth),
        Operator("BinaryEquals", "bytes", False, same_bytes),
        Operator("Null", "presence", False, _never),
    ]
    for family, parse in (("Numeric", parse_number), ("Date", parse_date)):
        same = _ordered(parse, lambda given, limit: given == limit)
        rows.append(Operator(f"{family}Equals", family.lower(), False, same))
        rows.append(Operator(f"{family}NotEquals", family.lower(), True, same))
        rows += [Operator(f"{family}{name}", family.lower(), False, _ordered(parse, holds)) for name, holds in _ORDER.items()]
    return {row.name.lower(): row for row in rows}


OPERATORS: Final[Mapping[str, Operator]] = _table()
"""By name in lower case: operator names ignore case."""
