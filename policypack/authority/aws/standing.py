"""Policies that stand on resources, for many resources at once: by what they say, and by whom they name.

Ten thousand buckets that each deny plain HTTP to everyone are one statement here with ten thousand resources. A caller
looks up the statements that may name it, and sees no others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from policypack.authority.aws.context import Environment
from policypack.authority.aws.decide import resource_verdict
from policypack.authority.aws.document import Statement
from policypack.authority.aws.kleene import F, T
from policypack.authority.aws.layers import Decoded
from policypack.authority.aws.lines import Compiler, Line, keys_of
from policypack.authority.aws.principal import Principal, account_of
from policypack.authority.aws.tables import Bits
from policypack.authority.aws.text import literal, symbol
from policypack.authority.aws.variables import variables
from policypack.model import replace

_OTHERS = frozenset({"CanonicalUser", "Federated", "Service"})  # no user and no role
_ACCOUNT = "\0"  # before the key of a principal that is an account as a whole


class Shape(Struct, gc=False):
    """A statement as it stands on some targets: a line whose resources are these targets and no others."""

    line: Line
    on: Bits


class Standing:
    """All statements of the policies of all targets."""

    def __init__(self, compiler: Compiler, policies: Sequence[Sequence[Decoded]]) -> None:
        """`policies` are those of each target, in the order of the compiler's targets."""
        self._compiler = compiler
        found: dict[object, Shape] = {}
        for number, standing in enumerate(policies):
            forms = tuple(map(literal, compiler.targets[number].forms))
            for each in standing:
                for statement in each.statements:
                    self._add(found, statement, number, forms)
        self.shapes = list(found.values())
        self._general: list[Shape] = []
        self._by_account: dict[str, list[Shape]] = {}
        self._by_text: dict[str, list[Shape]] = {}
        self._by_end: dict[str, list[Shape]] = {}
        self._by_symbol: dict[str, dict[str, list[Shape]]] = {}
        for shape in self.shapes:
            self._file(shape)

    def _add(self, found: dict[object, Shape], statement: Statement, number: int, forms: tuple[str, ...]) -> None:
        varies = statement.modern != F and any(variables(text) for text in statement.resources or ())
        key: object = replace(
            statement, resources=statement.resources if varies else None, index=0, doubt="?" * bool(statement.doubt)
        )
        key = (key, statement.not_resources) if varies else (replace(key, not_resources=False), False)  # type: ignore[type-var]
        shape = found.get(key)
        if shape is None:
            plain = not varies and not statement.conditions and not statement.doubt
            line = Line(
                statement, self._compiler.actions.of(statement), (0, 0), plain, varies, () if plain else keys_of(statement)
            )
            shape = found[key] = Shape(line, 0)
        verdict = T if varies else resource_verdict(statement, forms, Environment({}))
        one, other = shape.line.resources
        bit = 1 << number
        shape.on |= bit
        shape.line.resources = (one | bit * (verdict == T), other | bit * (verdict != F))

    def _file(self, shape: Shape) -> None:
        keys = list(_keys(shape.line.statement))
        if None in keys:
            self._general.append(shape)
            return
        for key in filter(None, keys):
            named = symbol(key) if len(key) == 1 else None
            if named is not None:
                self._by_symbol.setdefault(named.inside, {}).setdefault(key, []).append(shape)
            elif key.startswith(_ACCOUNT):
                self._by_account.setdefault(key[1:], []).append(shape)
            else:
                self._by_text.setdefault(key, []).append(shape)
                self._by_end.setdefault(key.rpartition(":")[2], []).append(shape)

    def naming(self, principal: Principal) -> Iterable[Shape]:
        """The statements that may name a caller; those that are left out certainly do not."""
        if not self.shapes:
            return ()
        found = [*self._general, *self._by_text.get("*", ())]
        if principal.account.isascii():
            found += self._by_account.get(principal.account, ())
        else:
            found += _all(self._by_account)
        for forms in filter(None, (principal.arn, principal.role)):
            found += self._described(forms)
        return {id(shape): shape for shape in found}.values()

    def may_grant(self, principal: Principal) -> bool:
        """Whether any statement might give a user or a role something that its own policies do not."""
        return any(grants_directly(shape.line.statement) for shape in self.naming(principal))

    def _described(self, forms: tuple[str, ...]) -> Iterator[Shape]:
        """The statements with a text that may be what the forms describe: one that any form excludes is none."""
        known = [form for form in forms if form.isascii()]
        ends = [form.rpartition(":")[2] for form in forms if ":" in form and form.rpartition(":")[2].isascii()]
        if known:
            yield from self._by_text.get(known[0], ())
        else:
            yield from self._by_end.get(ends[0], ()) if ends else _all(self._by_text)
        own = {named.inside: form for form in forms if (named := symbol(form)) is not None and named.names_one}
        for inside, shelf in self._by_symbol.items():
            yield from shelf.get(own[inside], ()) if inside in own else _all(shelf)


def grants_directly(statement: Statement) -> bool:
    """Whether it may allow a user or a role something that its own policies do not.

    Naming an account as a whole does not: it only lets the policies of the account's identities count.
    """
    if statement.effect != "Allow":
        return False
    if statement.principals is None or statement.not_principals:
        return True
    return any(kind not in _OTHERS and account_of(text) is None for kind, text in statement.principals)


def _all(shelf: Mapping[str, list[Shape]]) -> Iterator[Shape]:
    return (shape for shapes in shelf.values() for shape in shapes)


def _keys(statement: Statement) -> Iterator[str | None]:
    """The texts under which a statement is found; None where it has to be looked at for every caller."""
    if statement.principals is None or statement.not_principals:
        yield None
        return
    for kind, text in statement.principals:
        account = account_of(text)
        if kind not in {"AWS", "Service", "Federated"}:
            yield None
        elif account is not None:
            yield _ACCOUNT + account if account.isascii() else None
        elif text == "*" or (text.isascii() and text.startswith("arn:") and ":assumed-role/" not in text) or kind == "Service":
            yield text if text.isascii() else None
        else:
            named = symbol(text) if len(text) == 1 else None
            yield text if named is not None and named.names_one and named.reference.attribute == "arn" else None
