"""A picture in the language of AWS, for the engine."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from msgspec import Struct

from policypack.authority.aws import Decision
from policypack.authority.callers import Callers
from policypack.authority.explain import Explain
from policypack.authority.powers import Powers
from policypack.authority.principals import ASSUME, Principals
from policypack.authority.reach import Graph
from policypack.authority.subjects import Subject, Subjects
from policypack.authority.targets import Block, Targets
from policypack.authority.ways import OWN, place
from policypack.catalog import load_catalog
from policypack.model import Identity, Infrastructure, Store


class AwsParts(Struct, dict=True):
    """Everything that is worked out for a picture, once. See `parts.Parts`."""

    infrastructure: Infrastructure

    def __post_init__(self) -> None:
        self.subjects = Subjects(self.infrastructure, load_catalog())
        self.targets = Targets(self.infrastructure, self.subjects)
        self.principals = Principals(self.infrastructure, self.subjects)
        self.callers = Callers(self.principals)
        self.powers = Powers(self.callers.oracle, self.targets.blocks)
        self.explain = Explain(self.callers, self.powers)

    @property
    def count(self) -> int:
        """How many callers there are."""
        return len(self.callers.origin)

    def graphs(self) -> tuple[Graph, Graph]:
        """Who becomes whom: by any step, and by assuming roles alone."""
        return self.callers.graphs()

    def may_gain(self, caller: int) -> bool:
        """Whether a caller may get more rights, or become somebody by it."""
        return self.callers.rules.may_gain(caller)

    def identity(self, caller: int) -> Identity:
        """Who a caller is."""
        return self.callers.oracle.callers[caller]

    @staticmethod
    def decides(store: Store) -> bool:
        """Whether a store is one of AWS."""
        return store.resource.provider == "aws"

    def decide(self, caller: int, action: str, resource: str) -> Decision:
        """One decision about an address, an ARN or `*`."""
        return self.callers.oracle.decide(caller, action, self.subject(caller, action, resource))

    @cached_property
    def _targets_at(self) -> Mapping[str, tuple[Block, int]]:
        """Address -> the first target that is called so: its block, and its place there."""
        found: dict[str, tuple[Block, int]] = {}
        for block in self.targets.blocks:
            for number, target in enumerate(block.targets):
                found.setdefault(target.address, (block, number))
        return found

    @cached_property
    def _principals_at(self) -> Mapping[str, int]:
        """Address or ARN -> the number of the first principal that is called so."""
        found: dict[str, int] = {}
        for number, each in enumerate(self.principals.all):
            for name in (each.address, each.arn):
                if isinstance(name, str):
                    found.setdefault(name, number)
        return found

    @cached_property
    def _targets_by_arn(self) -> Mapping[str, tuple[Block, int]]:
        """What ARNs are written as -> the first target that has it."""
        found: dict[str, tuple[Block, int]] = {}
        for block in self.targets.blocks:
            for number, target in enumerate(block.targets):
                for form in target.subject.forms:
                    found.setdefault(form, (block, number))
        return found

    def subject(self, caller: int, action: str, resource: str) -> Subject:
        """What a call on an address, an ARN or `*` acts on."""
        if resource in self._targets_at:
            block, number = self._targets_at[resource]
            return block.slot(place(action, block.arn)).subjects[number]
        if resource in self._principals_at:
            slot = self.principals.trusting if action.lower() == ASSUME.lower() else self.principals.bare
            return slot.subjects[self._principals_at[resource]]
        for found in self.subjects.by_address.get(resource, ()):
            return self.subjects.of(found)
        fields = resource.split(":", 5)
        home = self.callers.oracle.known(caller)[0].account
        owner = fields[4] if len(fields) > 5 and fields[4] else home
        if resource in self._targets_by_arn:
            block, number = self._targets_by_arn[resource]
            return block.slot(OWN).subjects[number]
        return Subject(self.identity(caller).resource, (resource,), owner)
