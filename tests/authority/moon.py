"""An invented platform that grants roles at places: bases are its domains, domes stand above them, it has silos, tanks and rovers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from policypack.authority import Authority
from policypack.authority.engine import Engine
from policypack.authority.scoped.language import Language
from policypack.authority.scoped.parts import ScopedParts
from policypack.catalog import Catalog
from policypack.catalog.scoped import made
from policypack.model import (
    Domain,
    Environment,
    Evidence,
    Grant,
    Guard,
    Identity,
    IdentityKind,
    Infrastructure,
    Level,
    Location,
    Resource,
    Scope,
    Site,
    Spot,
    Store,
    Unknown,
)

FACTS: Mapping[str, Any] = {
    "language": "moon",
    "providers": ["moon"],
    "removes_domain": ["bases.delete"],
    "rules": {
        "become": {"gains": "identity", "actions": ["rovers.become"], "assumes": True},
        "key": {"gains": "identity", "actions": ["rovers.createKey"]},
        "run": {"gains": "identity", "actions": ["rovers.use"], "also": [["jobs.create"], ["pods.create"]]},
        "console": {"gains": "identity", "actions": ["jobs.enter"], "at": "holder", "kinds": ["moon_job"]},
        "guess": {"gains": "identity", "actions": ["rovers.guess"], "depends": "whether the code is known"},
        "set_policy": {"gains": "rights", "actions": ["bases.setPolicy"], "levels": ["domain"]},
        "own_policy": {"gains": "rights", "own": ".setPolicy", "levels": ["thing"]},
        "rewrite": {"gains": "rights", "at": "role", "actions": ["roles.update"]},
        "lift": {"gains": "undenied", "actions": ["denies.delete"], "levels": ["domain", "above"]},
    },
}
TYPES: Mapping[str, Any] = {
    "moon_silo": {
        "kind": "object_store",
        "tier": 1,
        "store": True,
        "name": "name",
        "delete_actions": ["silos.delete"],
        "weaken_actions": ["silos.update", "silos.setPolicy"],
        "copy_delete_actions": ["backups.delete"],
    },
    "moon_rack": {
        "kind": "container",
        "tier": 1,
        "store": True,
        "container": True,
        "name": "name",
        "delete_actions": ["racks.delete"],
    },
    "moon_rover": {"kind": "identity", "tier": 3, "name": "name"},
    "moon_job": {"kind": "workload", "tier": 3, "name": "name"},
    "moon_role": {"kind": "role", "tier": 3, "name": "name"},
}
BASE = Domain("moon", "base", "estate#base", word="base")
OTHER = Domain("moon", "other", "estate#other", word="base")
LOST = Domain("moon", Unknown("the base is not known"), "estate#lost", word="base")
EVERYWHERE = Scope("moon", Level.EVERYTHING)
AT_BASE, AT_OTHER, AT_LOST = (Scope("moon", Level.DOMAIN, domain=each) for each in (BASE, OTHER, LOST))
PRODUCTION = Environment("production", production=True, reason="the test says so")


def language() -> Language:
    """The language of the platform."""
    return Language(made(FACTS))


def resource(address: str, **values: Any) -> Resource:
    """A resource of the platform."""
    return Resource(address, address.partition(".")[0], "moon", values, Location("main.tf", 1, 2), inside="estate")


def site(
    of: Resource, domain: Domain = BASE, within: tuple[Spot, ...] = (), above: tuple[str | Unknown, ...] = ("dome",)
) -> Site:
    """Where a resource lies."""
    return Site("moon", Spot(of.type, of.address.partition(".")[2], of.place), domain, within, above)


def at(of: Resource, domain: Domain = BASE) -> Scope:
    """The scope of a grant on one thing."""
    return Scope("moon", Level.THING, Spot(of.type, of.address.partition(".")[2], of.place), domain)


def grant(action: str | tuple[str, ...], scope: Scope = AT_BASE, effect: str = "allow", **more: Any) -> Grant:
    """A grant of a role of some actions."""
    actions = (action,) if isinstance(action, str) else action
    return Grant(effect, "role", actions, scope, Evidence("role granted", "moon_grant.g", Location("main.tf", 9, 9)), **more)  # type: ignore[arg-type]


def rover(name: str, *grants: Grant, domain: Domain = BASE) -> Identity:
    """Somebody who acts."""
    made_of = resource(f"moon_rover.{name}", name=name)
    return Identity(made_of, "moon", "rover", name, domain, IdentityKind.AGENT, "the test says so", grants=grants)


def silo(name: str, *guards: Guard, domain: Domain = BASE) -> Store:
    """A store."""
    made_of = resource(f"moon_silo.{name}", name=name)
    return Store(made_of, "object_store", 1, PRODUCTION, domain, guards, delete_actions=("silos.delete",))


def authority(
    folder: Path, identities: tuple[Identity, ...], stores: tuple[Store, ...], *sites: Site, **more: Any
) -> Authority:
    """The answers for a small picture."""
    folder.joinpath("moon.json").write_text(json.dumps({"provider": {}, "types": TYPES}), encoding="utf-8")
    every = {each.spot.place: each for each in sites if each.spot.place is not None}
    for identity in identities:
        every.setdefault(identity.resource.place, site(identity.resource, identity.domain))
    for each in stores:
        every.setdefault(each.resource.place, site(each.resource, each.domain))
    picture = Infrastructure(identities=identities, stores=stores, sites=every, **more)
    made_authority = Authority(picture)
    parts = ScopedParts(picture, (language(),), Catalog(folder, ["moon"]))
    made_authority.__dict__["_engines"] = (Engine(picture, parts),)
    return made_authority
