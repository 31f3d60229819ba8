"""The same decision for every action and every resource at once, for one caller after another.

Actions that the same statements are about are one atom; what may be done to which resources is worked out once an atom, in
sets. A pair of sets stands for three values: what is certain, and what is possible. Where statements ask for parameters
that the caller chooses and no single choice suits them all, one resource of each class is decided on its own. The answers
are those of `decide`, which also says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import Struct

from policypack.authority.aws.choices import agree
from policypack.authority.aws.context import CALLS_THAT_CHOOSE, Context, Environment
from policypack.authority.aws.decide import decide, misplaced
from policypack.authority.aws.formula import is_delegated, rcp_reach
from policypack.authority.aws.kleene import F, T, U
from policypack.authority.aws.layers import Decoded, Layers, Request, decoded, layers_of, principal_of
from policypack.authority.aws.lines import Compiler, Line, Target, join_bits, members
from policypack.authority.aws.principal import PLAIN, Principal, names, same_text
from policypack.authority.aws.sets import DIRECT, NAMINGS, NOTHING, Caller, Part, granted, part
from policypack.authority.aws.standing import Standing
from policypack.authority.aws.tables import Bits, Both, both, either, join, without
from policypack.authority.aws.text import ANON, has_hole
from policypack.model import Identity, Outcome, Policy, replace

_GRANTED_BY = frozenset({"identity", *DIRECT})
_GRANTED_TO_OTHERS_BY = frozenset({"identity", *NAMINGS})


class Atom(Struct, frozen=True, gc=False):
    """Actions that a caller's policies do not tell apart, and the targets on which they are allowed.

    `actions` is a set of numbers of the evaluator's actions; `certain` and `possible` are sets for `Evaluator.targets_in`.
    """

    actions: Bits
    certain: Bits
    possible: Bits


class Evaluator:
    """Decides for one list of actions and one of targets. Made once; asked for many callers."""

    def __init__(
        self,
        actions: Sequence[str],
        targets: Sequence[Target],
        *,
        closed: bool = False,
        read: Callable[[Policy], Decoded] = decoded,
    ) -> None:
        """`actions` are "service:Name". `closed`: condition keys that are not given are absent. `read` decodes a policy."""
        self._read = read
        self.actions = tuple(actions)
        self.closed = closed
        self._order = sorted(range(len(targets)), key=lambda n: (any(map(has_hole, targets[n].forms[:1])), targets[n].forms))
        self._compiler = Compiler(actions, [targets[number] for number in self._order])
        self._targets = self._compiler.targets
        self._policies: dict[int, tuple[Policy, Decoded]] = {}
        self._lines: dict[int, tuple[Decoded, tuple[Line, ...]]] = {}
        self._known_parts: dict[tuple[str, int], tuple[Part, ...]] = {}
        self._accounts: dict[str, Both] = {}
        self._weighed: dict[tuple[int, str], tuple[Both, bool]] = {}
        self._agreed: dict[tuple[str | int, ...], bool] = {}
        self._atoms: dict[tuple[Bits, ...], tuple[Bits, ...]] = {}
        standing = [tuple(map(self.decoded, target.policies)) for target in self._targets]
        self._standing = Standing(self._compiler, standing)
        self._on = standing
        self._owners: dict[str, Bits] = {}
        for owner, numbers in _grouped(target.owner for target in self._targets):
            self._owners[str(owner)] = join_bits(numbers)
        self._keys = join_bits(n for n, target in enumerate(self._targets) if is_delegated("kms:", target.forms))
        self._delegated = [self._delegating(name) for name in self._compiler.actions.names]
        self._ruled = list(self._rcps())
        self._static = tuple(self._undivided())

    def decoded(self, policy: Policy) -> Decoded:
        """A policy, read once."""
        found = self._policies.get(id(policy))
        if found is None:
            found = self._policies[id(policy)] = (policy, self._read(policy))
        return found[1]

    def targets_in(self, bits: Bits) -> list[int]:
        """The targets of a set, as numbers in the order in which they were given."""
        return sorted(self._order[number] for number in members(bits))

    def actions_in(self, bits: Bits) -> list[str]:
        """The actions of a set."""
        return [self.actions[number] for number in members(bits)]

    def may_grant(self, principal: Principal) -> bool:
        """Whether the targets' own policies might give anything to a user or a role whom its own policies give nothing."""
        return self._standing.may_grant(principal)

    def powers_of(self, identity: Identity, *, management: bool = False) -> tuple[Atom, ...]:
        """What an identity may do: atoms with at least one possible target, in the order of their first action."""
        return self.powers(principal_of(identity, management=management), layers_of(identity, read=self.decoded))

    def powers(self, principal: Principal, layers: Layers) -> tuple[Atom, ...]:
        """What a caller may do. The targets' own policies and RCPs count, not those of `layers`."""
        caller = self._caller(principal, layers)
        found = []
        for atom in self._divided(caller):
            certain, possible = self._allowed(caller, (atom & -atom).bit_length() - 1)
            if possible:
                found.append(Atom(atom, certain, possible))
        return tuple(found)

    def _caller(self, principal: Principal, layers: Layers) -> Caller:
        own = self._own(principal, layers)
        named = list(self._named(principal, layers)) if self._ruled or self._standing.shapes else []
        same = self._same(principal.account)
        levels = layers.scps if layers.scps and principal.bound_by_scps else ()
        limits = [
            (name, NOTHING)
            for name, one in (("boundary", layers.boundary), ("session policy", layers.session))
            if one is not None
        ]
        ceilings = [(f"scp{number}", NOTHING if level else (0, -1)) for number, level in enumerate(levels)]
        mine = same[0] == self._compiler.everything and principal.kind in PLAIN
        alone = mine and all(each.layer == "rcp" for each in named)
        return Caller(principal, layers, (*own, *named), same, tuple(limits), tuple(ceilings), alone)

    def _same(self, account: str) -> Both:
        """The targets that certainly and possibly lie in an account."""
        found = self._accounts.get(account)
        if found is None:
            if has_hole(account) and len(account) == 1:  # any of them, and certainly those that lie in the very same
                found = (self._owners.get(account, 0) if account != ANON else 0, self._compiler.everything)
            else:
                verdicts = [(same_text(account, owner), bits) for owner, bits in self._owners.items()]
                certain, possible = (join(bits for verdict, bits in verdicts if verdict >= least) for least in (T, U))
                found = (certain, possible)
            self._accounts[account] = found
        return found

    def _own(self, principal: Principal, layers: Layers) -> list[Part]:
        found: list[Part] = []
        if principal.kind not in {"root", "service", "federated"}:
            for each in layers.identity:
                found += self._parts("identity", each)
            if layers.boundary is not None:
                found += self._parts("boundary", layers.boundary)
            if layers.session is not None:
                found += self._parts("session policy", layers.session)
        for number, level in enumerate(layers.scps if layers.scps and principal.bound_by_scps else ()):
            for each in level:
                found += self._parts(f"scp{number}", each)
        return found

    def _parts(self, layer: str, read: Decoded) -> tuple[Part, ...]:
        """The lines of a policy in a layer that are about any action and any target. The policy is kept with them, so that no
        other takes its place in memory."""
        known = self._known_parts.get((layer, id(read)))
        if known is None:
            lines = self._lines.get(id(read))
            if lines is None:
                lines = self._lines[id(read)] = (read, tuple(self._compiler.lines(read.statements)))
            parts = tuple([part(layer, line, misplaced(layer[:3], line.statement)) for line in lines[1]])
            known = self._known_parts[layer, id(read)] = parts
        return known

    def _named(self, principal: Principal, layers: Layers) -> Iterator[Part]:
        for shape in self._standing.naming(principal):
            found = names(shape.line.statement, principal, bounded=layers.boundary is not None)
            for naming, verdict in found.items():
                if verdict:
                    yield part(naming, shape.line, verdict, shape.on)
        for bits, parts in self._ruled if principal.bound_by_rcps else ():
            for each in parts:
                yield replace(each, on=bits)

    def _rcps(self) -> Iterator[tuple[Bits, list[Part]]]:
        rules = (() if target.owner_management else target.rcps for target in self._targets)
        for levels, numbers in _grouped(tuple(id(policy) for level in each for policy in level) for each in rules):
            if levels:
                policies = [policy for level in self._targets[numbers[0]].rcps for policy in level]
                parts = [part for each in policies for part in self._parts("rcp", self.decoded(each))]
                yield join_bits(numbers), [each for each in parts if each.denies]

    def _divisions(self) -> Iterator[Bits]:
        """Sets of actions that are told apart whatever the caller's own policies say."""
        called = self._compiler.actions
        for pattern in ("kms:*", *CALLS_THAT_CHOOSE):
            yield called.find(pattern)[1]
        yield join_bits(n for n, name in enumerate(called.names) if not name.startswith("kms:") and is_delegated(name, ()))
        if self._ruled:
            for wanted in (F, U):
                yield join_bits(n for n, name in enumerate(called.names) if rcp_reach(name) == wanted)

    def _undivided(self) -> Iterator[Bits]:
        """For each action, those that are like it whatever the caller's own policies say."""
        divisions = list(self._divisions())
        classes: dict[tuple[bool, ...], Bits] = {}
        keys = [tuple(bool(bits >> number & 1) for bits in divisions) for number in range(len(self.actions))]
        for number, key in enumerate(keys):
            classes[key] = classes.get(key, 0) | 1 << number
        return (classes[key] for key in keys)

    def _divided(self, caller: Caller) -> tuple[Bits, ...]:
        """The atoms among the actions that anything may allow."""
        granting = self._compiler.actions.everything if caller.principal.kind == "root" else 0
        granted_by = _GRANTED_BY if caller.principal.kind in PLAIN else _GRANTED_TO_OTHERS_BY
        masks: dict[Bits, None] = {}
        for each in caller.parts:
            possible = each.possible
            masks[possible] = None
            if not each.whole:
                masks[each.line.actions[0]] = None
            if not each.denies and each.layer in granted_by:
                granting |= possible
        key = (granting, *masks)
        found = self._atoms.get(key)
        if found is None:
            found = self._atoms[key] = tuple(sorted(self._apart(granting, masks), key=lambda atom: atom & -atom))
        return found

    def _apart(self, granting: Bits, masks: Iterable[Bits]) -> Iterator[Bits]:
        atoms = [granting] if granting else []
        for mask in masks:
            inside = mask & granting
            if inside and inside != granting:
                outside = granting ^ inside
                atoms = [half for atom in atoms for half in (atom & inside, atom & outside) if half]
        for atom in atoms:
            left = atom
            while left:
                alike = self._static[(left & -left).bit_length() - 1]
                yield left & alike
                left &= ~alike

    def _allowed(self, caller: Caller, number: int) -> Both:
        bit = 1 << number
        name = self._compiler.actions.names[number]
        said: dict[str, list[Both]] = {}
        denied: list[Both] = []
        choosing: list[Part] = []
        for each in caller.parts:
            if not each.possible & bit:
                continue
            line = each.line
            if line.plain:
                found = line.resources
            else:
                found, chosen = self._weigh(line, caller.principal.context, name)
                if chosen:
                    choosing.append(each)
            if not each.whole:
                found = _capped(each, bit, name, found)
            (denied if each.denies else said.setdefault(each.layer, [])).append(found)
        sums = {layer: found[0] if len(found) == 1 else either(found) for layer, found in said.items()}
        found = granted(caller, sums, self._delegated[number])
        if not caller.alone:
            found = both(found, (self._compiler.everything, self._compiler.everything))
        if denied:
            found = without(found, either(denied))
        if choosing and found[1]:
            return self._settled(caller, number, choosing, found)
        return found

    def _weigh(self, line: Line, context: Context, name: str) -> tuple[Both, bool]:
        if _told(line, context):
            return self._compiler.weigh(line, context, name, closed=self.closed)
        if not line.varies:
            return self._compiler.weigh(line, {}, name, closed=self.closed)
        found = self._weighed.get((id(line), name))
        if found is None:
            found = self._weighed[id(line), name] = self._compiler.weigh(line, {}, name, closed=self.closed)
        return found

    def _delegating(self, name: str) -> Bits:
        """The targets of an action whose own policy must name the caller or its account."""
        if name.startswith("kms:"):
            return self._keys
        return self._compiler.everything if name.startswith("sts:") and is_delegated(name, ()) else 0

    def _settled(self, caller: Caller, number: int, choosing: Sequence[Part], found: Both) -> Both:
        """The answer where the caller chooses: as found where one choice suits all, decided class by class elsewhere."""
        certain, possible = found
        name = self._compiler.actions.names[number]
        environment = Environment(caller.principal.context, name, self.closed)
        classes = [possible]
        for each in choosing:
            classes = [half for bits in classes for half in (bits & each.on, bits & ~each.on) if half]
        for bits in classes:
            together = [each.line for each in choosing if each.on & bits]
            if not self._agree(together, environment):
                one, other = self._decided(caller, number, bits)
                certain, possible = (certain & ~bits) | one, (possible & ~bits) | other
        return certain, possible

    def _agree(self, lines: Sequence[Line], environment: Environment) -> bool:
        own = any(_told(line, environment.known) for line in lines)
        key: tuple[str | int, ...] = (environment.action, *sorted({id(line) for line in lines}))
        found = None if own else self._agreed.get(key)
        if found is None:
            found = agree({id(line): line.statement for line in lines}.values(), environment)
            if not own:
                self._agreed[key] = found
        return found

    def _decided(self, caller: Caller, number: int, bits: Bits) -> Both:
        """The targets of a set, decided one of each class of targets that no statement tells apart."""
        certain = possible = 0
        for group in self._alike(caller, number, bits):
            place = (group & -group).bit_length() - 1
            target = self._targets[place]
            levels = tuple(tuple(map(self.decoded, level)) for level in target.rcps)
            layers = replace(caller.layers, resource=self._on[place], rcps=levels)
            request = Request(
                self.actions[number], target.forms, target.owner, target.context, self.closed, target.owner_management
            )
            outcome = decide(request, caller.principal, layers).outcome
            certain |= group if outcome is Outcome.YES else 0
            possible |= group if outcome is not Outcome.NO else 0
        return certain, possible

    def _alike(self, caller: Caller, number: int, bits: Bits) -> list[Bits]:
        masks = [*caller.same, *(bits for bits, _ in self._ruled), self._keys]
        keys: list[str] = []
        for each in caller.parts:
            if each.line.actions[1] & 1 << number:
                masks += [each.on]
                keys += each.line.keys
                if each.line.varies:
                    return [1 << place for place in members(bits)]
                masks += each.line.resources
        masks += [found for _, found in self._compiler.classes(keys)]
        groups = [bits]
        for mask in masks:
            groups = [half for group in groups for half in (group & mask, group & ~mask) if half]
        return groups


def _capped(part: Part, bit: Bits, name: str, found: Both) -> Both:
    """What a part says of an action: no more than how surely it names the caller, reaches the service, and is about the action."""
    certain, possible = found[0] & part.on, found[1] & part.on
    cap = min(part.named, rcp_reach(name)) if part.layer == "rcp" else part.named
    if cap != T or not part.line.actions[0] & bit:
        return 0, possible if cap else 0
    return certain, possible


def _told(line: Line, context: Context) -> bool:
    """Whether the caller brings a key that the line looks at."""
    return any(key in context or f"{key.partition('/')[0]}/*" in context for key in line.keys)


def _grouped(values: Iterable[object]) -> list[tuple[object, list[int]]]:
    groups: dict[object, list[int]] = {}
    for number, value in enumerate(values):
        groups.setdefault(value, []).append(number)
    return list(groups.items())
