"""What each caller may do itself to each target, as sets: the calls of a way, and what stands in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from msgspec import Struct, field

from policypack.authority.obstacles import Obstacle, obstacles, policy_edits, tag_edits
from policypack.authority.oracle import Both, Oracle
from policypack.authority.targets import BARE, RETAGGED, Block
from policypack.authority.ways import Call, Way
from policypack.model import Value, Verb

Key = tuple[int, Verb]


class _Standing(Struct, frozen=True):
    """Targets that the same obstacle stands before: where it certainly does, and where it may."""

    calls: tuple[Call, ...]
    certain: int
    possible: int


class Powers(Struct, dict=True):
    """Evaluates the ways of all blocks for one caller after another."""

    oracle: Oracle
    blocks: Sequence[Block]
    _standing: dict[tuple[int, Verb, Way], tuple[_Standing, ...]] = field(default_factory=dict)
    _alone: dict[tuple[int, Way], int] = field(default_factory=dict)
    _kept: dict[int, Mapping[Key, Both]] = field(default_factory=dict)
    _same: dict[Both, Both] = field(default_factory=dict)
    _worth: dict[frozenset[str], tuple[int, ...]] = field(default_factory=dict)

    def own(self, caller: int) -> Mapping[Key, Both]:
        """Block and verb -> the block's targets, for what the caller can do without becoming anybody else."""
        if caller not in self._kept:
            self._kept[caller] = dict(self._own(caller))
        return self._kept[caller]

    def _own(self, caller: int) -> Iterator[tuple[Key, Both]]:
        granted = self.oracle.granted(caller, self._asked)
        for number in self._worth_asking(granted):
            block = self.blocks[number]
            if not granted & self._calls[number] and not any(self.oracle.answers(caller, slot) for slot in block.standing):
                continue
            for verb, ways in block.ways.items():
                certain = possible = 0
                for way in ways:
                    one, other = self.way(caller, number, verb, way)
                    certain, possible = certain | one, possible | other
                if possible:
                    both = (certain, possible)
                    yield (number, verb), self._same.setdefault(both, both)  # one object for all who can do the same

    def _worth_asking(self, granted: frozenset[str]) -> tuple[int, ...]:
        """The blocks that a caller might do something to: by its own policies, of the actions that these are about at all, or by
        policies that stand there and might give something to somebody whom its own give nothing."""
        if granted not in self._worth:
            found = (number for number, calls in enumerate(self._calls) if granted & calls or number in self._opening)
            self._worth[granted] = tuple(found)
        return self._worth[granted]

    def might(self, caller: int, key: Key) -> bool:
        """Whether it is worth asking what the caller can do of a key at all."""
        number, verb = key
        return number in self._opening or bool(self.oracle.granted(caller, self._asked) & self._needed[number][verb])

    @cached_property
    def _needed(self) -> tuple[Mapping[Verb, frozenset[str]], ...]:
        """For each block and verb the actions without any of which nothing can be done: those of the ways, and those that change
        the policies which the others depend on."""
        return tuple(
            {
                verb: frozenset(call.action for calls in (*(way.calls for way in ways), policy_edits(each)) for call in calls)
                for verb, ways in each.ways.items()
            }
            for each in self.blocks
        )

    @cached_property
    def _calls(self) -> tuple[frozenset[str], ...]:
        return tuple(frozenset().union(*each.values()) for each in self._needed)

    @cached_property
    def _asked(self) -> tuple[str, ...]:
        return tuple(sorted(frozenset().union(*self._calls)))

    @cached_property
    def _opening(self) -> frozenset[int]:
        """The blocks on which policies stand that might give something to somebody whom its own give nothing."""
        return frozenset(number for number, each in enumerate(self.blocks) if any(map(self.oracle.opens, each.standing)))

    def way(self, caller: int, number: int, verb: Verb, way: Way) -> Both:
        """The targets of a block on which one way works for the caller."""
        block = self.blocks[number]
        certain = possible = -1
        for call in way.calls:
            one, other = self._call(caller, block, call)
            certain, possible = certain & one, possible & other
            if not possible:
                return 0, 0
        for each in self._obstacles(number, verb, way):
            one = other = 0
            for call in each.calls:  # with tags and policies that the caller may change first, as for the act itself
                must, may = self._call(caller, block, call)
                one, other = one | must, other | may
            certain &= ~each.possible | one
            possible &= ~each.certain | other
        return (certain & self._by_iam_alone(number, way) if way.depends else certain), possible

    def _call(self, caller: int, block: Block, call: Call) -> Both:
        certain, possible = self.oracle.bits(caller, call.action, block.slot(call.at))
        edits = policy_edits(block)
        if edits and call not in edits:
            one, other = self._any(caller, block, edits)
            if other:
                bare, may_bare = self.oracle.bits(caller, call.action, block.slot(call.at + BARE))
                certain, possible = certain | (one & bare), possible | (other & may_bare)
        left = (1 << len(block.targets)) - 1 & ~possible
        if left and call not in tag_edits(block):
            # Whoever changes the tags chooses what conditions on them say: that is possible, and more is not known.
            _, other = self._any(caller, block, tag_edits(block))
            if other & left:
                possible |= other & left & self.oracle.bits(caller, call.action, block.slot(call.at + RETAGGED))[1]
        return certain, possible

    def _any(self, caller: int, block: Block, calls: Sequence[Call]) -> Both:
        certain = possible = 0
        for call in calls:
            one, other = self.oracle.bits(caller, call.action, block.slot(call.at))
            certain, possible = certain | one, possible | other
        return certain, possible

    def _by_iam_alone(self, number: int, way: Way) -> int:
        """The targets on which nothing decides but IAM, although something beside it could."""
        if not way.because_of:
            return 0
        key = (number, way)
        if key not in self._alone:
            found = (
                1 << place
                for place, target in enumerate(self.blocks[number].targets)
                if all(_is_unset(target.resource.get(argument)) for argument in way.because_of)
            )
            self._alone[key] = sum(found)
        return self._alone[key]

    def _obstacles(self, number: int, verb: Verb, way: Way) -> tuple[_Standing, ...]:
        key = (number, verb, way)
        if key not in self._standing:
            block = self.blocks[number]
            found: dict[tuple[tuple[Call, ...], bool], int] = {}
            for place, target in enumerate(block.targets):
                for each in obstacles(target, verb, way, block.arn):
                    found[each.calls, each.certain] = found.get((each.calls, each.certain), 0) | 1 << place
            self._standing[key] = tuple(
                _Standing(calls, where if certain else 0, where) for (calls, certain), where in found.items()
            )
        return self._standing[key]

    def standing(self, number: int, verb: Verb, way: Way, place: int) -> tuple[Obstacle, ...]:
        """The obstacles of one target."""
        block = self.blocks[number]
        return tuple(obstacles(block.targets[place], verb, way, block.arn))


def _is_unset(value: Value) -> bool:
    """Whether an argument is for certain not there, or off."""
    return value is None or value is False or (isinstance(value, list) and all(map(_is_unset, value)))
