"""Dates, all of them written in RFC 3339."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone

from policypack.model import Value
from policypack.read.hcl.convert import text
from policypack.read.hcl.functions.function import Function, whole
from policypack.read.hcl.partial import EvaluationError

_STAMP = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:(Z)|([+-])(\d\d):(\d\d))")
_PART = re.compile(r"'(?:[^']|'')*'|([A-Za-z])\1*|[^A-Za-z']+|'")
_SPAN = re.compile(r"[-+]?(?:0|(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+)")
_SPAN_PART = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)")
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def _moment(stamp: str) -> datetime:
    match = _STAMP.fullmatch(stamp)
    if match is None:
        raise EvaluationError(f"{stamp[:40]!r} is not a time as RFC 3339 writes it")
    shift = (
        timedelta(0) if match[7] else timedelta(hours=int(match[9]), minutes=int(match[10])) * (-1 if match[8] == "-" else 1)
    )
    year, month, day, hour, minute, second = (int(match[part]) for part in range(1, 7))
    return datetime(year, month, day, hour, minute, second, tzinfo=timezone(shift))


def _zone(moment: datetime, *, colon: bool, letter: bool) -> str:
    shift = moment.utcoffset() or timedelta(0)
    if letter and not shift:
        return "Z"
    minutes = int(shift.total_seconds()) // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{':' if colon else ''}{abs(minutes) % 60:02}"


_FORMATS: dict[str, Callable[[datetime], str]] = {
    "YYYY": lambda moment: f"{moment.year:04}",
    "YY": lambda moment: f"{moment.year % 100:02}",
    "MMMM": lambda moment: _MONTHS[moment.month - 1],
    "MMM": lambda moment: _MONTHS[moment.month - 1][:3],
    "MM": lambda moment: f"{moment.month:02}",
    "M": lambda moment: str(moment.month),
    "DD": lambda moment: f"{moment.day:02}",
    "D": lambda moment: str(moment.day),
    "EEEE": lambda moment: _DAYS[moment.weekday()],
    "EEE": lambda moment: _DAYS[moment.weekday()][:3],
    "hh": lambda moment: f"{moment.hour:02}",
    "h": lambda moment: str(moment.hour),
    "HH": lambda moment: f"{moment.hour % 12 or 12:02}",
    "H": lambda moment: str(moment.hour % 12 or 12),
    "AA": lambda moment: "AM" if moment.hour < 12 else "PM",
    "aa": lambda moment: "am" if moment.hour < 12 else "pm",
    "mm": lambda moment: f"{moment.minute:02}",
    "m": lambda moment: str(moment.minute),
    "ss": lambda moment: f"{moment.second:02}",
    "s": lambda moment: str(moment.second),
    "ZZZZZ": lambda moment: _zone(moment, colon=True, letter=False),
    "ZZZZ": lambda moment: _zone(moment, colon=False, letter=False),
    "ZZZ": lambda moment: "UTC" if not moment.utcoffset() else _zone(moment, colon=False, letter=False),
    "Z": lambda moment: _zone(moment, colon=True, letter=True),
}


def _formatdate(pattern: Value, stamp: Value) -> Value:
    moment = _moment(text(stamp))
    return "".join(_formatted(match, moment) for match in _PART.finditer(text(pattern)))


def _formatted(match: re.Match[str], moment: datetime) -> str:
    part = match.group()
    if part == "'":
        raise EvaluationError("the date pattern has an unclosed quote")
    if part.startswith("'"):
        return part[1:-1].replace("''", "'")
    if not match[1]:
        return part
    if part not in _FORMATS:
        raise EvaluationError(f"the date pattern has no {part[:20]!r}")
    return _FORMATS[part](moment)


def _timeadd(stamp: Value, span: Value) -> Value:
    moment, duration = _moment(text(stamp)), text(span)
    if not _SPAN.fullmatch(duration) or len(duration) > 100:
        raise EvaluationError(f"{duration[:40]!r} is not a duration")
    seconds = sum(float(count) * _SECONDS[unit] for count, unit in _SPAN_PART.findall(duration))
    try:
        moved = moment + timedelta(seconds=-seconds if duration.startswith("-") else seconds)
    except OverflowError:
        raise EvaluationError("the time is out of range") from None
    return f"{moved:%Y-%m-%dT%H:%M:%S}{_zone(moved, colon=True, letter=True)}"


def _timecmp(one: Value, other: Value) -> Value:
    first, second = _moment(text(one)), _moment(text(other))
    return (first > second) - (first < second)


FUNCTIONS: Mapping[str, Function] = {
    "formatdate": whole(_formatdate),
    "timeadd": whole(_timeadd),
    "timecmp": whole(_timecmp),
}
