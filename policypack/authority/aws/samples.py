"""Values of one condition key that stand for all others, as far as the statements at hand can tell them apart.

For texts: each that is mentioned, one for each pattern, one that matches none. For numbers, dates and addresses: the bounds
and what lies beside them (numbers and seconds are whole). For truths: both.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from policypack.authority.aws.condition import patterns_of
from policypack.authority.aws.context import Environment
from policypack.authority.aws.document import Condition
from policypack.authority.aws.kleene import Verdict
from policypack.authority.aws.match import glob
from policypack.authority.aws.operators import parse_date, parse_network, parse_number
from policypack.authority.aws.text import has_hole, literal
from policypack.model import replace

_OTHERS: Final = ("~other~", "0", "~")


def samples(mentions: Sequence[tuple[Condition, Verdict]], environment: Environment) -> tuple[list[str], bool]:
    """Values of a key that stand for all, and whether they do. `mentions` are its conditions, with their documents' version."""
    blind = replace(environment, assignment=None)
    families: dict[str, list[tuple[int, str]]] = {}
    complete = True
    for number, (condition, modern) in enumerate(mentions):
        if condition.operator is None or condition.operator.family == "presence":
            continue
        for pattern in patterns_of(condition, modern, blind):
            complete = complete and pattern.must == pattern.may and not has_hole(pattern.must)
            families.setdefault(condition.operator.family, []).append((number, pattern.must))
    fold = any(each.operator is not None and "IgnoreCase" in each.operator.name for each, _ in mentions)
    found: dict[str, None] = {}
    textual = [*families.pop("string", []), *((n, t) for n, t in families.get("glob", []) if not _wild(t))]
    for _, text in textual:
        found.update(dict.fromkeys((text, text.lower(), text.upper(), text.swapcase()) if fold else (text,)))
    wild = [(number, text) for number, text in families.pop("glob", []) if _wild(text)]
    complete = complete and len({number for number, _ in wild}) <= 1 and not (fold and wild)
    for _, text in wild:
        found.update(dict.fromkeys((_filled(text, ""), _filled(text, _OTHERS[0]))))
    kinds = len(families) + bool(textual or wild)
    for family, texts in families.items():
        points, whole = _POINTS[family]([text for _, text in texts])
        found.update(dict.fromkeys(points))
        complete = complete and whole
    if not families:
        others = [other for other in _OTHERS if not any(glob(text, literal(other)) for _, text in wild)]
        everything = any(not text.strip("*") for _, text in wild)
        found[others[0] if others else _OTHERS[0]] = None
        complete = complete and (bool(others) or everything)
    return list(found), complete and kinds <= 1


def _wild(text: str) -> bool:
    return "*" in text or "?" in text


def _filled(pattern: str, filler: str) -> str:
    return pattern.replace("*", filler).replace("?", "~")


def _numbers(values: Iterable[Decimal | None]) -> tuple[list[str], bool]:
    known = [value for value in values if value is not None]
    points = {value + step for value in known for step in (-1, 0, 1)}
    return [format(point, "f") for point in sorted(points)], all(value == int(value) for value in known)


def _numeric(texts: list[str]) -> tuple[list[str], bool]:
    numbers = [parse_number(text) for text in texts]
    points, whole = _numbers(numbers)
    return points, whole and None not in numbers


def _dates(texts: list[str]) -> tuple[list[str], bool]:
    dates = [parse_date(text) for text in texts]
    points, whole = _numbers(dates)
    return points, whole and None not in dates


def _addresses(texts: list[str]) -> tuple[list[str], bool]:
    networks = [parse_network(text) for text in texts]
    points: set[str] = set()
    for network in networks:
        if network is not None:
            first, last = int(network.network_address), int(network.broadcast_address)
            kind = type(network.network_address)
            points |= {str(kind(n)) for n in (first - 1, first, last, last + 1) if 0 <= n < 1 << network.max_prefixlen}
    return sorted(points), None not in networks


def _truths(texts: list[str]) -> tuple[list[str], bool]:
    return ["true", "false"], all(text.lower() in {"true", "false"} for text in texts)


def _bytes(texts: list[str]) -> tuple[list[str], bool]:
    return [*texts, "b3RoZXI="], True


_POINTS: Final = {"numeric": _numeric, "date": _dates, "network": _addresses, "truth": _truths, "bytes": _bytes}
