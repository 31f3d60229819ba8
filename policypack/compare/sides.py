"""The two sides of a comparison, and how a thing of one side is found on the other."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from msgspec import Struct, field

from policypack.model import Infrastructure, Resource, Store
from policypack.run import Report

Place = tuple[str, str]


class Sides(Struct, frozen=True, dict=True):
    """What stood and what will stand, both judged.

    `base_of` has, by path of an input of the head, the path of the same input in the base. `named` says what the base is
    ("origin/main, at 1f0c…"). `notes` are what a reader must know of the comparison itself.
    """

    base: Report
    head: Report
    base_of: Mapping[str, str] = field(default_factory=dict)
    named: str = ""
    notes: tuple[str, ...] = ()

    @property
    def before(self) -> Infrastructure:
        """The picture of the base."""
        return self.base.infrastructure

    @property
    def after(self) -> Infrastructure:
        """The picture of the head."""
        return self.head.infrastructure

    def former(self, resource: Resource) -> Place:
        """Where a resource of the head was in the base, if it was there: under its former address where it was moved."""
        inside = self.base_of.get(resource.inside, resource.inside)
        address = (resource.change and resource.change.previous_address) or resource.address
        moved = self._moved.get(resource.inside, {})
        for _ in moved:  # one after another, what is told of the inside of a module first
            new = max((each for each in moved if _leads(each, address)), key=len, default=None)
            if new is None or (inside, address) in self._stood:
                break
            address = f"{moved[new]}{address[len(new) :]}"
        # An input stands for itself under its own path.
        return inside, inside if address == resource.inside else address

    @cached_property
    def _stood(self) -> frozenset[Place]:
        return frozenset(each.place for each in self.before.resources)

    @cached_property
    def _moved(self) -> Mapping[str, Mapping[str, str]]:
        return {each.path: each.moved for each in self.after.inputs if each.moved}

    @cached_property
    def stores(self) -> tuple[tuple[Store | None, Store], ...]:
        """The stores that stand in the head, each with what it was in the base."""
        old = self.before.by_place
        standing = (each for each in self.after.stores if not each.resource.goes)
        return tuple((old.get(self.former(each.resource)), each) for each in standing)

    @cached_property
    def kept(self) -> frozenset[Place]:
        """The places in the base of all resources that stand in the head."""
        return frozenset(self.former(each) for each in self.after.resources if not each.goes)

    @cached_property
    def former_address(self) -> Mapping[str, str]:
        """Address in the head -> address in the base."""
        return {each.address: self.former(each)[1] for each in self.after.resources if not each.goes}

    @cached_property
    def new_address(self) -> Mapping[str, str]:
        """Address in the base -> address in the head, of what stands in both."""
        stood = {each.address for each in self.before.resources}
        return {old: new for new, old in self.former_address.items() if old in stood}

    @cached_property
    def _elsewhere(self) -> frozenset[str]:
        """The addresses of stores and vaults that belong to another environment than production on both sides."""
        every, others = set[str](), set[str]()
        for picture in (self.before, self.after):
            places = [(store.address, store.environment) for store in picture.stores]
            places += [(vault.resource.address, vault.environment) for vault in picture.vaults]
            every.update(address for address, environment in places if environment.production)
            others.update(address for address, environment in places if not environment.production)
        return frozenset(others - every)

    def is_production(self, address: str) -> bool:
        """Whether an address counts as production's on either side; what has no environment of its own does."""
        return address not in self._elsewhere


def _leads(moved: str, address: str) -> bool:
    """Whether what was moved is what has the address, or holds it."""
    return address == moved or address.startswith((f"{moved}.", f"{moved}["))
