"""Statements against all actions and all resources at once."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct, field

from policypack.authority.aws.choices import chosen_variables, favourable
from policypack.authority.aws.context import Context, Environment, is_chosen
from policypack.authority.aws.document import Statement
from policypack.authority.aws.index import Arns
from policypack.authority.aws.kleene import F, T, Verdict
from policypack.authority.aws.match import text_match
from policypack.authority.aws.tables import Bits, Both, after, either, sure
from policypack.authority.aws.text import literal
from policypack.authority.aws.variables import expand, variables
from policypack.model import Policy

_NO_KEYS = Environment({})


class Target(Struct, frozen=True):
    """A resource that is asked about: every form of its ARN, its account, its condition keys (lower case).

    `policies` stand on it, `rcps` are the levels of resource control policies above it.
    """

    forms: tuple[str, ...]
    owner: str
    context: Context = field(default_factory=dict)
    policies: tuple[Policy, ...] = ()
    rcps: tuple[tuple[Policy, ...], ...] = ()
    owner_management: bool = False


class Line(Struct, gc=False):
    """A statement with the actions that it certainly and possibly is about, and the same of the resources.

    `plain`: it has no conditions, no variables and no doubt, so that these sets are all there is to it. `varies`: the
    resources depend on keys of caller or resource (policy variables). `keys` are all condition keys that it looks at.
    """

    statement: Statement
    actions: Both
    resources: Both
    plain: bool
    varies: bool = False
    keys: tuple[str, ...] = ()


class Actions:
    """The actions that are asked about, in lower case; bit n is the n-th. Answers are remembered by pattern."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = [name.lower() for name in names]
        self.everything: Bits = (1 << len(names)) - 1
        self._sorted = sorted((name, number) for number, name in enumerate(self.names))
        self._texts = [name for name, _ in self._sorted]
        self._known: dict[str, Both] = {}
        self._of: dict[tuple[tuple[str, ...], bool], Both] = {}

    def find(self, pattern: str) -> Both:
        """The actions that a pattern certainly and possibly matches."""
        found = self._known.get(pattern)
        if found is None:
            start = pattern if pattern.isascii() else ""
            for wild in "*?":
                start = start.partition(wild)[0]
            low, high = bisect_left(self._texts, start), bisect_left(self._texts, after(start))
            certain = possible = 0
            for name, number in self._sorted[low:high]:
                verdict = text_match(pattern, name)
                certain |= (verdict == T) << number
                possible |= (verdict != F) << number
            found = self._known[pattern] = sure(certain, possible)
        return found

    def of(self, statement: Statement) -> Both:
        """The actions that a statement is about."""
        key = (statement.actions, statement.not_actions)
        found = self._of.get(key)
        if found is None:
            each = [self.find(pattern) for pattern in statement.actions]
            found = self._of[key] = _union(each, self.everything, negated=statement.not_actions)
        return found


def _union(found: Sequence[Both], everything: Bits, *, negated: bool) -> Both:
    if len(found) == 1 and not negated:
        return found[0]
    certain, possible = either(found)
    if not negated:
        return certain, possible
    return sure(everything & ~possible, everything if not certain else everything & ~certain)


class Compiler:
    """Statements -> lines, for one list of actions and one of targets."""

    def __init__(self, actions: Sequence[str], targets: Sequence[Target]) -> None:
        self.actions = Actions(actions)
        self.targets = targets
        self.arns = Arns([tuple(map(literal, target.forms)) for target in targets])
        self.everything: Bits = self.arns.everything
        self.told = {key for target in targets for key in target.context}
        self._conditions: dict[tuple[object, ...], tuple[Both, bool]] = {}
        self._classes: dict[tuple[str, ...], list[tuple[int, Bits]]] = {}

    def lines(self, statements: Iterable[Statement]) -> Iterator[Line]:
        """The statements of a policy of an identity, a boundary, an SCP, …: those that are about any action and any target."""
        for statement in statements:
            called = self.actions.of(statement)
            if called[1]:
                varies = statement.modern != F and any(variables(text) for text in statement.resources or () if "${" in text)
                resources = (0, self.everything) if varies else self.resources(statement, _NO_KEYS)
                plain = not varies and not statement.conditions and not statement.doubt
                if resources[1]:
                    yield Line(statement, called, resources, plain, varies, () if plain else keys_of(statement))

    def resources(self, statement: Statement, environment: Environment) -> Both:
        """The targets that a statement is about, with variables as the environment has them."""
        if statement.resources is None:
            return self.everything, self.everything
        found = [
            self._pattern(text, statement.modern, environment) if "${" in text else self.arns.find(text)
            for text in statement.resources
        ]
        return _union(found, self.everything, negated=statement.not_resources)

    def _pattern(self, text: str, modern: Verdict, environment: Environment) -> Both:
        pattern = expand(text, modern, environment.single, resource=True)
        if pattern is None:
            return 0, 0
        certain, possible = self.arns.find(pattern.must)
        return certain, certain | (possible if pattern.must == pattern.may else self.arns.find(pattern.may)[1])

    def is_told(self, key: str) -> bool:
        """Whether a condition key differs between targets, as far as is known."""
        head, slash, _ = key.partition("/")
        return key in self.told or bool(slash and f"{head}/*" in self.told)

    def classes(self, keys: Iterable[str]) -> list[tuple[int, Bits]]:
        """The targets by what is known of these keys: one of each class, and the class."""
        wanted = tuple(sorted({key for key in keys if self.is_told(key)}))
        found = self._classes.get(wanted)
        if found is None:
            groups: dict[object, list[int]] = {}
            for number, target in enumerate(self.targets if wanted else self.targets[:1]):
                environment = Environment(target.context)
                told = tuple((key in environment.known, environment.get(key)) for key in wanted)
                groups.setdefault(told, []).append(number)
            found = [(numbers[0], join_bits(numbers) if wanted else self.everything) for numbers in groups.values()]
            self._classes[wanted] = found
        return found

    def weigh(self, line: Line, caller: Context, action: str, *, closed: bool) -> tuple[Both, bool]:
        """The targets that a line applies to, in the caller's favour, and whether that leaves a choice to be checked.

        Conditions on keys that the caller chooses count as it likes: met for an Allow, not met for a Deny. Where they
        are there at all, an answer for the line alone is not yet an answer for all lines together.
        """
        if line.varies:
            (certain, possible), choosing = self._varying(line, caller, action, closed=closed)
        else:
            (met, may_meet), choosing = self._met(line, caller, action, closed=closed)
            certain, possible = met & line.resources[0], may_meet & line.resources[1]
        return ((0 if line.statement.doubt else certain), possible), choosing

    def _met(self, line: Line, caller: Context, action: str, *, closed: bool) -> tuple[Both, bool]:
        """The targets for which a line's conditions are met. Statements with the same conditions share the answer, and so do
        all actions for which the same keys are the caller's to choose."""
        statement = line.statement
        chosen = tuple([is_chosen(key, action) for key in line.keys])
        key = (statement.effect, statement.conditions, statement.modern, chosen, closed)
        found = None if caller else self._conditions.get(key)
        if found is None:
            certain = possible = 0
            choosing = False
            for number, bits in self.classes(line.keys):
                environment = Environment({**caller, **self.targets[number].context}, action, closed)
                verdict, chooses = favourable(statement, environment)
                choosing = choosing or chooses
                certain |= bits if verdict == T else 0
                possible |= bits if verdict else 0
            found = ((certain, possible), choosing)
            if not caller:
                self._conditions[key] = found
        return found

    def _varying(self, line: Line, caller: Context, action: str, *, closed: bool) -> tuple[Both, bool]:
        """The targets that a line applies to whose resources depend on the keys of caller or resource."""
        statement = line.statement
        certain = possible = 0
        choosing = False
        for number, bits in self.classes(line.keys):
            environment = Environment({**caller, **self.targets[number].context}, action, closed)
            verdict, chosen = favourable(statement, environment)
            choosing = choosing or chosen
            one, other = self.resources(statement, environment)
            if chosen_variables(statement, environment):
                one, other = (other, other) if statement.effect == "Allow" else (0, 0)
            certain |= bits & one if verdict == T else 0
            possible |= bits & other if verdict else 0
        return (certain, possible), choosing


def keys_of(statement: Statement) -> tuple[str, ...]:
    """The condition keys that a statement looks at, in conditions and in variables."""
    keys = [each.key for each in statement.conditions] + [key for text in _texts(statement) for key in variables(text)]
    return tuple(dict.fromkeys(keys))


def _texts(statement: Statement) -> Iterator[str]:
    if statement.modern == F:
        return
    yield from statement.resources or ()
    for condition in statement.conditions:
        if condition.operator is not None and condition.operator.variables:
            yield from condition.values


def join_bits(numbers: Iterable[int]) -> Bits:
    """The set of these numbers."""
    data = bytearray()
    for number in numbers:
        place = number >> 3
        if place >= len(data):
            data.extend(bytes(place + 1 - len(data)))
        data[place] |= 1 << (number & 7)
    return int.from_bytes(data, "little")


def members(bits: Bits) -> Iterator[int]:
    """The numbers of a set, in order."""
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low
