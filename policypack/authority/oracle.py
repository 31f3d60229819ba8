"""Asks the engine: one call of one caller with its reasons, or all calls of one caller on many things at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

from msgspec import Struct, field

from policypack.authority.aws import Decision, Layers, Principal, Request, decide, decoded, layers_of, principal_of
from policypack.authority.aws.bulk import Evaluator
from policypack.authority.aws.decide import action_match
from policypack.authority.aws.layers import Decoded
from policypack.authority.aws.lines import Target
from policypack.authority.aws.standing import grants_directly
from policypack.authority.chosen import OPEN_TRUST, chosen, templates
from policypack.authority.described import described
from policypack.authority.reach import bit_set
from policypack.authority.subjects import Subject
from policypack.model import Identity, Outcome, Policy, replace

Both = tuple[int, int]
_MOST_CANDIDATES = 16
_NOTHING: Mapping[str, Both] = {}


class Slot(Struct, frozen=True, dict=True):
    """Things of one kind that calls are asked about together, and which calls. `name` is unique in a picture."""

    name: str
    subjects: tuple[Subject, ...]
    actions: tuple[str, ...]

    @cached_property
    def has_policies(self) -> bool:
        """Whether a policy stands on any of them."""
        return any(each.policies for each in self.subjects)


def _nothing(_character: str) -> str:
    return ""


class Oracle(Struct):
    """The callers of a picture by number, and what was asked of them so far."""

    callers: list[Identity] = field(default_factory=list)
    describe: Callable[[str], str] = _nothing
    _known: dict[int, tuple[Principal, Layers]] = field(default_factory=dict)
    _read: dict[int, tuple[Policy, Decoded]] = field(default_factory=dict)
    _evaluators: dict[str, tuple[Evaluator, bool]] = field(default_factory=dict)
    _moved: dict[tuple[str, int], int] = field(default_factory=dict)
    _about: dict[tuple[str, ...], dict[tuple[tuple[str, ...], bool], frozenset[str]]] = field(default_factory=dict)
    _idle: dict[int, bool] = field(default_factory=dict)
    _open: dict[str, bool] = field(default_factory=dict)
    _last: int = -1
    _answers: dict[str, Mapping[str, Both]] = field(default_factory=dict)

    def add(self, identity: Identity) -> int:
        """The number of a new caller."""
        self.callers.append(identity)
        return len(self.callers) - 1

    def decide(self, caller: int, action: str, subject: Subject) -> Decision:
        """One decision, with the statements that made it."""
        principal, layers = self.known(caller)
        request = Request(action, subject.forms, subject.account, subject.context)
        own = tuple(map(self.read, subject.policies))
        rcps = tuple(tuple(map(self.read, level)) for level in subject.guardrails)
        on = Layers(layers.identity, layers.boundary, None, own, layers.scps, rcps)
        answer = decide(request, principal, on)
        sessions = self.callers[caller].sessions
        if not sessions or answer.outcome is Outcome.NO:
            return answer
        limited = (decide(request, principal, replace(on, session=self.read(each))) for each in sessions)
        proved = next((each for each in limited if each.outcome is Outcome.YES), None)
        missing = (*answer.missing, f"whether it acts outside of {sessions[0].name}")
        return proved or replace(answer, outcome=Outcome.MAYBE, missing=missing)

    def bits(self, caller: int, action: str, slot: Slot) -> Both:
        """The subjects of a slot that the caller certainly, and at least possibly, may do this to, as bits."""
        return self.answers(caller, slot).get(action, (0, 0))

    def answers(self, caller: int, slot: Slot) -> Mapping[str, Both]:
        """The same for every action that the caller may possibly do to any of them."""
        if caller != self._last:
            self._last = caller
            self._answers.clear()  # callers are asked one after another, and all answers of all of them are too many to keep
        answers = self._answers.get(slot.name)
        if answers is None:
            asked = slot.subjects and (not self.is_idle(caller) or self._may_grant(caller, slot))
            answers = self._answers[slot.name] = dict(self._all(caller, slot)) if asked else _NOTHING
        return answers

    def _may_grant(self, caller: int, slot: Slot) -> bool:
        """Whether the policies on a slot's subjects might give something to a caller whom its own give nothing."""
        return self.opens(slot) and self._evaluator(slot)[0].may_grant(self.known(caller)[0])

    def opens(self, slot: Slot) -> bool:
        """Whether the policies on a slot's subjects might give anything to anybody whom his own give nothing."""
        if slot.name not in self._open:
            policies = {id(policy): policy for subject in slot.subjects for policy in subject.policies}
            statements = (each for policy in policies.values() for each in self.read(policy).statements)
            self._open[slot.name] = any(map(grants_directly, statements))
        return self._open[slot.name]

    def _all(self, caller: int, slot: Slot) -> Iterator[tuple[str, Both]]:
        principal, layers = self.known(caller)
        sessions = self.callers[caller].sessions
        proved: dict[str, int] = {}
        for each in sessions:
            for action, (certain, _) in self._evaluated(slot, principal, replace(layers, session=self.read(each))):
                proved[action] = proved.get(action, 0) | certain
        for action, (certain, possible) in self._evaluated(slot, principal, layers):
            yield action, (proved.get(action, 0) if sessions else certain, possible)

    def _evaluated(self, slot: Slot, principal: Principal, layers: Layers) -> Iterator[tuple[str, Both]]:
        evaluator, in_order = self._evaluator(slot)
        for atom in evaluator.powers(principal, layers):
            both = (atom.certain, atom.possible)
            if not in_order:
                both = (self._placed(slot, evaluator, atom.certain), self._placed(slot, evaluator, atom.possible))
            for action in evaluator.actions_in(atom.actions):
                yield action, both

    def _evaluator(self, slot: Slot) -> tuple[Evaluator, bool]:
        if slot.name not in self._evaluators:
            targets = [Target(each.forms, each.account, each.context, each.policies, each.guardrails) for each in slot.subjects]
            made = Evaluator(slot.actions, targets, read=self.read)
            in_order = all(made.targets_in(1 << number) == [number] for number in range(len(targets)))
            self._evaluators[slot.name] = (made, in_order)
        return self._evaluators[slot.name]

    def _placed(self, slot: Slot, evaluator: Evaluator, found: int) -> int:
        """The evaluator's set in the order of the slot."""
        key = (slot.name, found)
        if key not in self._moved:
            self._moved[key] = bit_set(evaluator.targets_in(found))
        return self._moved[key]

    def is_idle(self, caller: int) -> bool:
        """Whether no policy of its own can allow the caller anything, so that only policies of what it acts on could."""
        if caller not in self._idle:
            policies = self.callers[caller].policies
            self._idle[caller] = not any(each.effect == "Allow" for policy in policies for each in self.read(policy).statements)
        return self._idle[caller]

    def granted(self, caller: int, actions: tuple[str, ...]) -> frozenset[str]:
        """Those of the actions that any Allow of the caller is about, whatever limits it."""
        found: set[str] = set()
        about = self._about.setdefault(actions, {})
        for policy in self.callers[caller].policies:
            for statement in self.read(policy).statements:
                if statement.effect == "Allow":
                    key = (statement.actions, statement.not_actions)
                    if key not in about:
                        about[key] = frozenset(name for name in actions if action_match(statement, name.lower()))
                    found |= about[key]
        return frozenset(found)

    def somewhere(self, caller: int, action: str) -> tuple[bool, bool]:
        """Whether the caller certainly, and at least possibly, may do this to something of its choice: to something new whose
        name it chooses, say. Where a call is checked against several things, it needs a right to each."""
        best = [outcome.rank for _, outcome in self._best(caller, action)]
        return min(best) == Outcome.YES.rank, max(best) > 0

    def something(self, caller: int, action: str) -> Subject:
        """What shows best how surely it may: the thing that is least sure, where not all are."""
        return min(self._best(caller, action), key=lambda each: each[1].rank)[0]

    def _best(self, caller: int, action: str) -> Iterator[tuple[Subject, Outcome]]:
        for tried in self.somethings(caller, action):
            told = ((each, self.decide(caller, action, each).outcome) for each in tried)
            yield max(told, key=lambda each: each[1].rank)

    def somethings(self, caller: int, action: str) -> list[list[Subject]]:
        """Resources that the caller may choose, made of the patterns that let it: for each kind of thing that the action is
        checked against."""
        principal, layers = self.known(caller)
        lowered = action.lower()
        found: dict[str, None] = {}
        for each in layers.identity:
            for statement in each.statements:
                if statement.effect == "Allow" and action_match(statement, lowered):
                    found.update(dict.fromkeys(("*",) if statement.not_resources else statement.resources or ()))
        resource, policies = self.callers[caller].resource, (OPEN_TRUST,) if lowered == "sts:assumerole" else ()
        patterns = list(found)[:_MOST_CANDIDATES]
        return [
            [Subject(resource, (form,), principal.account, policies) for form in chosen(template, patterns, principal.account)]
            for template in templates(action)
        ]

    def known(self, caller: int) -> tuple[Principal, Layers]:
        """The caller in the engine's words."""
        if caller not in self._known:
            identity = self.callers[caller]
            self._known[caller] = principal_of(identity), layers_of(identity, read=self.read, rcps=())
        return self._known[caller]

    def read(self, policy: Policy) -> Decoded:
        """A policy, read once, with what is known of the ARNs that it refers to."""
        if id(policy) not in self._read:
            # The policy is kept, so that its id stays its own.
            self._read[id(policy)] = (policy, described(decoded(policy), self.describe))
        return self._read[id(policy)][1]
