"""Who may sign: a file in OpenSSH's allowed_signers form (ssh-keygen(1), ALLOWED SIGNERS).

Everything here can only make the file say less than it says to OpenSSH, never more: patterns name nobody, authorities are not
followed, and a date without a time zone holds in none before it holds in all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from fnmatch import fnmatchcase

from msgspec import Struct

from policypack.gate.sshkeys import KINDS, KeyRefused, decoded, fingerprint, kind_of

_OPTION = re.compile(r'([a-zA-Z-]+)(?:="([^"]*)")?(?:,|$)')
_DATES = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
_EAST, _WEST = timedelta(hours=14), timedelta(hours=12)
_KNOWN = {"namespaces", "valid-after", "valid-before"}


class Signer(Struct, frozen=True):
    """A line of the file: somebody's names, and a key. `namespaces` are patterns, empty for all."""

    names: tuple[str, ...]
    key: bytes
    line: int
    namespaces: tuple[str, ...] = ()
    valid_after: datetime | None = None
    valid_before: datetime | None = None

    @property
    def fingerprint(self) -> str:
        """What the key is called."""
        return fingerprint(self.key)

    def serves(self, namespace: str) -> bool:
        """Whether the key may sign in this namespace."""
        denied = any(each.startswith("!") and fnmatchcase(namespace, each[1:]) for each in self.namespaces)
        return not self.namespaces or (not denied and any(fnmatchcase(namespace, each) for each in self.namespaces))


class Signers(Struct, frozen=True):
    """All lines that name somebody, and for each other one what is wrong with it."""

    entries: tuple[Signer, ...] = ()
    passed_over: tuple[str, ...] = ()

    def of_key(self, key: bytes) -> tuple[Signer, ...]:
        """The lines with this key."""
        return tuple(each for each in self.entries if each.key == key)

    def of_name(self, name: str) -> tuple[Signer, ...]:
        """The lines with this name, however it is capitalised."""
        return tuple(each for each in self.entries if folded(name) in {folded(other) for other in each.names})

    def person(self, key: bytes) -> tuple[str, ...]:
        """All names of whoever has the key, sorted. Lines that share a name or a key are about one person."""
        names: set[str] = {folded(name) for each in self.of_key(key) for name in each.names}
        while True:
            keys = {each.key for each in self.entries if names & {folded(name) for name in each.names}}
            found = {folded(name) for each in self.entries if each.key in keys for name in each.names}
            if found <= names:
                return tuple(sorted(names))
            names |= found


def folded(name: str) -> str:
    """A name as names are compared."""
    return name.strip().casefold()


def read_signers(text: str, shown: str) -> Signers:
    """What the file says. A line that cannot be used is passed over, and said so: nobody signs by it."""
    entries: list[Signer] = []
    passed_over: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            try:
                entries.append(_signer(line.strip(), number))
            except (KeyRefused, ValueError) as error:
                passed_over.append(f"{shown}:{number}: {error}")
    return Signers(tuple(entries), tuple(passed_over))


def _signer(line: str, number: int) -> Signer:
    principals, rest = _principals(line)
    words = _words(rest)
    options: dict[str, str] = {}
    if words and words[0] not in KINDS and len(words) > 2:
        options = _options(words.pop(0))
    if len(words) < 2:
        raise ValueError("no key stands here")
    key = decoded(words[1])
    if kind_of(key) != words[0]:
        raise ValueError("the key is of another kind than the line says")
    names = tuple(name for name in principals.split(",") if name)
    if not names or any(set(name) & set("*?!") for name in names):
        raise ValueError("a pattern names nobody; approvals need people by name")
    return Signer(
        names,
        key,
        number,
        tuple(each for each in options.get("namespaces", "").split(",") if each),
        _moment(options["valid-after"], _WEST) if "valid-after" in options else None,
        _moment(options["valid-before"], -_EAST) if "valid-before" in options else None,
    )


def _principals(line: str) -> tuple[str, str]:
    if line.startswith('"'):
        names, closed, rest = line[1:].partition('"')
        if not closed:
            raise ValueError("a quote is not closed")
        return names, rest.strip()
    names, _, rest = line.partition(" ") if "\t" not in line.partition(" ")[0] else line.partition("\t")
    return names, rest.strip()


def _words(text: str) -> list[str]:
    """Split at white space that is not in quotes."""
    return re.findall(r'(?:[^\s"]|"[^"]*")+', text)


def _options(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in _each_option(text):
        if name == "cert-authority":
            raise ValueError("certificate authorities are not followed; name each person's key")
        if name not in _KNOWN or name in found or not value:
            raise ValueError(f"the option {name[:40]} is not understood here")
        found[name] = value
    return found


def _each_option(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        match = _OPTION.match(text, at)
        if match is None:
            raise ValueError("its options cannot be read")
        yield match[1].lower(), match[2] or ""
        at = match.end()


def _moment(text: str, elsewhere: timedelta) -> datetime:
    """A date of the file. Without `Z` it is local time, of a place that nobody names: it is moved so that it holds everywhere."""
    digits = text.removesuffix("Z")
    if not digits.isascii() or not digits.isdigit() or len(digits) not in _DATES:
        raise ValueError("a date in it is not YYYYMMDD or YYYYMMDDHHMM[SS], with Z for UTC")
    moment = datetime.strptime(digits, _DATES[len(digits)]).replace(tzinfo=timezone.utc)
    try:
        return moment if text.endswith("Z") else moment + elsewhere
    except OverflowError as error:
        raise ValueError("a date in it is beyond the calendar") from error
