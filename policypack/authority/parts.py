"""What a language of policies has to tell, so that one engine can answer for it: who acts, on what, what each can do itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from policypack.authority.proofs import Proof
from policypack.authority.reach import Both, Graph, Key, Route
from policypack.model import Identity, Outcome, Policy, Store, Verb

Spot = tuple[Key, int]
"""Where something is asked: a block's number with the verb, and the place of the target in the block."""


class Target(Protocol):
    """One thing that something can be done to."""

    @property
    def address(self) -> str:
        """What it is called in answers."""

    @property
    def inside(self) -> str:
        """The input that it is in."""

    @property
    def copy_of(self) -> str:
        """The address of the store that it is a copy of, "" where it is none."""

    @property
    def points(self) -> str:
        """The type of the stores whose recovery points it holds, "" where it holds none."""


class Way(Protocol):
    """Calls that do something together."""

    @property
    def empties(self) -> bool:
        """Whether it takes what lies in a thing and leaves the thing."""


class Block(Protocol):
    """Things to which the same can be done."""

    @property
    def ways(self) -> Mapping[Verb, Sequence[Way]]:
        """What can be done to them, and how."""

    @property
    def targets(self) -> Sequence[Target]:
        """The things, by place."""


class Targets(Protocol):
    """All that something can be done to."""

    @property
    def blocks(self) -> Sequence[Block]:
        """By number."""


class Principals(Protocol):
    """Who acts, as the inputs show it."""

    @property
    def all(self) -> Sequence[Identity]:
        """By number."""

    @property
    def by_address(self) -> Mapping[str, Sequence[int]]:
        """Address -> the numbers of the callers there."""


class Because(Protocol):
    """A statement that took part in a decision."""

    @property
    def effect(self) -> str:
        """`Allow`, `Deny`, or another word for what it does."""

    @property
    def certain(self) -> bool:
        """Whether it certainly applies."""

    @property
    def policy(self) -> Policy:
        """Where it stands."""

    @property
    def said(self) -> str:
        """The statement as it is pointed at."""


class Decision(Protocol):
    """One decision, with the statements that made it, what would settle it, and what does not allow."""

    @property
    def outcome(self) -> Outcome:
        """Yes, maybe or no."""

    @property
    def because(self) -> Sequence[Because]:
        """The statements."""

    @property
    def missing(self) -> tuple[str, ...]:
        """What would settle it."""

    @property
    def lacking(self) -> tuple[str, ...]:
        """What does not allow."""


class Powers(Protocol):
    """What each caller can do itself."""

    def own(self, caller: int) -> Mapping[Key, Both]:
        """Block and verb -> the block's targets, without becoming anybody else."""

    def way(self, caller: int, number: int, verb: Verb, way: Any, /) -> Both:  # noqa: ANN401 - a way of the language's own
        """The targets of a block on which one of its ways works for the caller."""

    def might(self, caller: int, key: Key, /) -> bool:
        """Whether it is worth asking what a caller can do of a key at all: what is certainly nothing need not be worked out."""


class Explain(Protocol):
    """Writes proofs."""

    def name(self, caller: int) -> str:
        """What a caller is called."""

    def route(self, route: Route) -> Proof:
        """The steps from the first caller of a route to its last."""

    def act(self, caller: int, number: int, verb: Verb, place: int) -> Proof:
        """What a caller does to one target of a block."""


class Parts(Protocol):
    """A picture in one language. Callers are numbers: those of `principals` first, then who they make of themselves."""

    @property
    def principals(self) -> Principals:
        """Who acts."""

    @property
    def targets(self) -> Targets:
        """On what."""

    @property
    def powers(self) -> Powers:
        """What each can do itself."""

    @property
    def explain(self) -> Explain:
        """Why."""

    @property
    def count(self) -> int:
        """How many callers there are; with those that are made on the way once the graphs are known."""

    def graphs(self) -> tuple[Graph, Graph]:
        """Who becomes whom: by any step, and by those alone that are no escalation."""

    def may_gain(self, caller: int) -> bool:
        """Whether a caller may get more rights, or become somebody by it."""

    def identity(self, caller: int) -> Identity:
        """Who a caller is."""

    def decides(self, store: Store) -> bool:
        """Whether it is this language that says who can do what to a store."""

    def decide(self, caller: int, action: str, resource: str) -> Decision:
        """One decision. `resource` is an address, what else the language calls things by, or `*`."""
