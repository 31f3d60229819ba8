"""The two sides of a comparison, and how a thing of one side is found on the other."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from msgspec import Struct, field

from policypack.model import Infrastructure, Resource, Store
from policypack.model.namesakes import marks, unmarked
from policypack.run import Report

Place = tuple[str, str]


class Sides(Struct, frozen=True, dict=True):
    """What stood and what will stand, both judged.

    `base_of` has, by path of an input of the head, the path of the same input in the base. `named` says what the base is
    ("origin/main, at 1f0c…"). `notes` are what a reader must know of the comparison itself. `pictures` are those of both sides, with
    what shares an address on either told apart alike on both; without them, those that the reports judged.
    """

    base: Report
    head: Report
    base_of: Mapping[str, str] = field(default_factory=dict)
    named: str = ""
    notes: tuple[str, ...] = ()
    pictures: tuple[Infrastructure, Infrastructure] | None = None

    @property
    def before(self) -> Infrastructure:
        """The picture of the base."""
        return self.pictures[0] if self.pictures else self.base.infrastructure

    @property
    def after(self) -> Infrastructure:
        """The picture of the head."""
        return self.pictures[1] if self.pictures else self.head.infrastructure

    @cached_property
    def marks(self) -> Mapping[int, str]:
        """What inputs are told apart by on both sides -> the path of each, in the head where it is there."""
        return {**marks(self.before.inputs), **marks(self.after.inputs)}

    def former(self, resource: Resource) -> Place:
        """Where a resource of the head was in the base, if it was there: under its former address where it was moved."""
        inside = self.base_of.get(resource.inside, resource.inside)
        address = unmarked((resource.change and resource.change.previous_address) or resource.address)
        moved = self._moved.get(resource.inside, {})
        for _ in moved:  # one after another, what is told of the inside of a module first
            new = max((each for each in moved if _leads(each, address)), key=len, default=None)
            if new is None or (inside, address) in self._stood:
                break
            address = f"{moved[new]}{address[len(new) :]}"
        # An input stands for itself under its own path.
        return inside, inside if address == resource.inside else address

    @cached_property
    def _stood(self) -> Mapping[Place, str]:
        return {place_of(each): each.address for each in self.before.resources}

    @cached_property
    def _moved(self) -> Mapping[str, Mapping[str, str]]:
        return {each.path: each.moved for each in self.head.read if each.moved}

    @cached_property
    def stores(self) -> tuple[tuple[Store | None, Store], ...]:
        """The stores that stand in the head, each with what it was in the base."""
        old = {place_of(store.resource): store for store in self.before.stores}
        standing = (each for each in self.after.stores if not each.resource.goes)
        return tuple((old.get(self.former(each.resource)), each) for each in standing)

    @cached_property
    def kept(self) -> frozenset[Place]:
        """The places in the base of all resources that stand in the head."""
        return frozenset(self.former(each) for each in self.after.resources if not each.goes)

    @cached_property
    def former_address(self) -> Mapping[str, str]:
        """Address in the head -> address in the base, its own where it was not there."""
        standing = (each for each in self.after.resources if not each.goes)
        found = {each.path: self.base_of.get(each.path, each.path) for each in self.after.inputs}
        return {**found, **{each.address: self._stood.get(self.former(each), each.address) for each in standing}}

    @cached_property
    def stood(self) -> frozenset[str]:
        """The addresses in the base of all that is there, inputs too."""
        return frozenset((*self._stood.values(), *(each.path for each in self.before.inputs)))

    @cached_property
    def new_address(self) -> Mapping[str, str]:
        """Address in the base -> address in the head, "" of what does not stand there."""
        return {**dict.fromkeys(self.stood, ""), **{old: new for new, old in self.former_address.items() if old in self.stood}}

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


def place_of(resource: Resource) -> Place:
    """The input of a resource and its address as it is written: however a picture tells it apart."""
    return resource.inside, unmarked(resource.address)


def _leads(moved: str, address: str) -> bool:
    """Whether what was moved is what has the address, or holds it."""
    return address == moved or address.startswith((f"{moved}.", f"{moved}["))
