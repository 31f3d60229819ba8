"""Policies that stand on resources, for many resources at once: by what they say, and by whom they name.

Ten thousand buckets that each deny plain HTTP to everyone are one statement here with ten thousand resources. A caller
looks up the statements that may name it, and sees no others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from policypack.authority.aws.alike import Alike, Shape, inputs_of, named_in, unnamed
from policypack.authority.aws.context import Environment
from policypack.authority.aws.decide import resource_verdict
from policypack.authority.aws.document import Statement
from policypack.authority.aws.kleene import F, T
from policypack.authority.aws.layers import Decoded
from policypack.authority.aws.lines import Compiler, Line, keys_of
from policypack.authority.aws.principal import Principal, account_of
from policypack.authority.aws.shelf import Shelf
from policypack.authority.aws.text import literal
from policypack.authority.aws.variables import variables
from policypack.model import replace

_OTHERS = frozenset({"CanonicalUser", "Federated", "Service"})  # no user and no role


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
        self._anywhere: Shelf[Shape] = Shelf()
        self._inside: dict[str, Shelf[Shape]] = {}
        alike: dict[object, Alike] = {}
        for shape in self.shapes:
            statement = shape.line.statement
            inside = None if shape.line.varies else named_in(statement)
            if inside is None:
                self._anywhere.file(statement, shape)
            else:
                self._inside.setdefault(inside, Shelf()).file(statement, shape)
                alike.setdefault(unnamed(statement), Alike()).add(inside, shape)
        self._elsewhere: Shelf[Alike] = Shelf()
        for several in alike.values():
            self._elsewhere.file(several.statement, several, far=True)

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

    def naming(self, principal: Principal) -> Iterable[Shape]:
        """The statements that may name a caller; those that are left out certainly do not."""
        if not self.shapes:
            return ()
        found = [*self._anywhere.naming(principal)]
        own = inputs_of((*principal.arn, *principal.role, principal.account)) & self._inside.keys()
        for inside in own:
            found += self._inside[inside].naming(principal)
        for each in self._elsewhere.naming(principal):
            found += each.outside(own)
        return {id(shape): shape for shape in found}.values()

    def may_grant(self, principal: Principal) -> bool:
        """Whether any statement might give a user or a role something that its own policies do not."""
        return any(grants_directly(shape.line.statement) for shape in self.naming(principal))


def grants_directly(statement: Statement) -> bool:
    """Whether it may allow a user or a role something that its own policies do not.

    Naming an account as a whole does not: it only lets the policies of the account's identities count.
    """
    if statement.effect != "Allow":
        return False
    if statement.principals is None or statement.not_principals:
        return True
    return any(kind not in _OTHERS and account_of(text) is None for kind, text in statement.principals)
