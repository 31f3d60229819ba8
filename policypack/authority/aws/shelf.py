"""Statements of policies that stand on resources, by whom they name: a caller looks up those that may name it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

from policypack.authority.aws.document import Statement
from policypack.authority.aws.principal import Principal, account_of
from policypack.authority.aws.text import ALSO, symbol

T = TypeVar("T")
_ACCOUNT = "\0"  # before the key of a principal that is an account as a whole
_NAMED = "\1"  # before the name of a principal of which not all is known


class Shelf(Generic[T]):
    """What stands for a statement each, filed under the principals of the statement."""

    def __init__(self) -> None:
        self._general: list[T] = []
        self._by_account: dict[str, list[T]] = {}
        self._by_text: dict[str, list[T]] = {}
        self._by_end: dict[str, list[T]] = {}
        self._by_name: dict[str, list[T]] = {}
        self._by_symbol: dict[str, dict[str, list[T]]] = {}

    def file(self, statement: Statement, item: T, *, far: bool = False) -> None:
        """`far`: whoever looks it up is none of those that it refers to, and may be any of them."""
        keys = list(_keys(statement))
        if None in keys or (far and any(len(key) == 1 and key != "*" for key in keys if key)):
            self._general.append(item)
            return
        for key in filter(None, keys):
            named = symbol(key) if len(key) == 1 else None
            if named is not None:
                self._by_symbol.setdefault(named.inside, {}).setdefault(key, []).append(item)
            elif key.startswith(_ACCOUNT):
                self._by_account.setdefault(key[1:], []).append(item)
            elif key.startswith(_NAMED):
                self._by_name.setdefault(key[1:], []).append(item)
            else:
                self._by_text.setdefault(key, []).append(item)
                self._by_end.setdefault(key.rpartition(":")[2], []).append(item)

    def naming(self, principal: Principal) -> Iterator[T]:
        """What may name a caller, some of it more than once; what is left out certainly does not."""
        yield from self._general
        yield from self._by_text.get("*", ())
        if principal.account.isascii():
            yield from self._by_account.get(principal.account, ())
        else:
            yield from _all(self._by_account)
        for forms in filter(None, (principal.arn, principal.role)):
            yield from self._described(forms)

    def _described(self, forms: tuple[str, ...]) -> Iterator[T]:
        """What has a text that may be what the forms describe: one that any form excludes is none."""
        known = [form for form in forms if form.isascii()]
        ends = [form.rpartition(":")[2] for form in forms if ":" in form and form.rpartition(":")[2].isascii()]
        if known:
            yield from self._by_text.get(known[0], ())
        else:
            yield from self._by_end.get(ends[0], ()) if ends else _all(self._by_text)
        yield from self._by_name.get(ends[0], ()) if ends else _all(self._by_name)
        own = {named.inside: form for form in forms if (named := symbol(form)) is not None and named.names_one}
        for inside, shelf in self._by_symbol.items():
            yield from shelf.get(own[inside], ()) if inside in own else _all(shelf)


def _all(shelf: Mapping[str, list[T]]) -> Iterator[T]:
    return (item for items in shelf.values() for item in items)


def _keys(statement: Statement) -> Iterator[str | None]:
    """The texts under which a statement is found; None where it has to be looked at for every caller."""
    if statement.principals is None or statement.not_principals:
        yield None
        return
    for kind, text in statement.principals:
        account, told = account_of(text), text.rpartition(ALSO)[2]
        if kind not in {"AWS", "Service", "Federated"}:
            yield None
        elif account is not None:
            yield _ACCOUNT + account if account.isascii() else None
        elif text == "*" or (text.isascii() and text.startswith("arn:") and ":assumed-role/" not in text) or kind == "Service":
            yield text if text.isascii() else None
        elif told.startswith("arn:") and ":assumed-role/" not in told and told.rpartition(":")[2].isascii():
            yield _NAMED + told.rpartition(":")[2]
        else:
            named = symbol(text) if len(text) == 1 else None
            yield text if named is not None and named.names_one and named.reference.attribute == "arn" else None
