"""What is recognised in the repository without any setting, each with the place that says so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from policypack.build import build
from policypack.build.domains import Domains
from policypack.build.environments import TAG_KEYS, recognised
from policypack.build.estate import Estate
from policypack.catalog import load_catalog
from policypack.model import Identity, IdentityKind, Infrastructure, Resource, replace
from policypack.read.options import ReadOptions
from policypack.scan import read_all
from policypack.settings import Settings, load_settings

_TAGS = ("tags", "tags_all", "labels")


class Sighting(Struct, frozen=True, order=True):
    """A name, and the place and the reason that made somebody read it so. `roots` are the inputs that show it, where there are
    several: a place in a module that they share tells none of them."""

    name: str
    place: str
    reason: str = ""
    roots: tuple[str, ...] = ()


class Recognised(Struct, frozen=True):
    """What the settings do not say yet.

    `agents` are addresses; `automation` those who hold a static credential or whom a pipeline becomes, and may be agents.
    `tags`: environment -> tags that name it (`name` is `key=value`, the reason an address), `signs` are other reasons why something
    counts as an environment. `domains` have the alias of their provider block as their reason, `keeping` what says that one is for
    copies. `lost` is how much could not be read. `settings` are those that the repository has.
    """

    settings: Settings
    agents: tuple[Sighting, ...] = ()
    automation: tuple[Sighting, ...] = ()
    tags: Mapping[str, Mapping[tuple[str, str], Sighting]] = {}
    signs: tuple[Sighting, ...] = ()
    domains: tuple[Sighting, ...] = ()
    keeping: Mapping[str, Sighting] = {}
    lost: int = 0


def recognise(top: Path, paths: Sequence[Path], tell: Callable[[str], None]) -> Recognised:
    """What all of the inputs together tell. Raises SettingsError where the repository has settings that cannot be used."""
    settings, catalog = load_settings(None, top), load_catalog()
    inputs = read_all(list(paths), ReadOptions(top), catalog.knows, tell)
    tell("building the picture")
    picture = build(inputs, catalog, settings)
    estate = Estate(picture.inputs, picture.resources, catalog, settings)
    return Recognised(
        settings,
        _once(_agents(picture), by_name=True),
        _once(_automation(picture)),
        _tags(estate),
        _once(_signs(picture)),
        tuple(sorted(_domains(picture, estate))),
        {
            each.domain.id: _seen(each.domain.id, each.resource, picture)
            for each in picture.vaults
            if isinstance(each.domain.id, str)
        },
        sum(gap.unreadable for each in inputs for gap in each.gaps),
    )


def place(resource: Resource) -> str:
    """`main.tf:3`."""
    return f"{resource.location.file}:{resource.location.line}"


def _seen(name: str, resource: Resource, picture: Infrastructure | Estate, reason: str = "") -> Sighting:
    return Sighting(name, place(resource), reason, (resource.inside,) if len(picture.inputs) > 1 else ())


def _once(sightings: Iterable[Sighting], *, by_name: bool = False) -> tuple[Sighting, ...]:
    """Each of them once, with all the roots that show it: what a module has is there in every root that calls it. `by_name`: the
    first of a name stands for all."""
    found: dict[tuple[str, ...], Sighting] = {}
    for each in sightings:
        key = (each.name,) if by_name else (each.name, each.place, each.reason)
        known = found.setdefault(key, each)
        found[key] = replace(known, roots=tuple(dict.fromkeys((*known.roots, *each.roots))))
    return tuple(sorted(found.values()))


def _reason(identity: Identity) -> str:
    """Why it is what it is, without the value of a tag that may not be shown."""
    hidden = any(identity.resource.hides(each) for each in _TAGS)
    return "by its tags" if hidden and "tag" in identity.reason else identity.reason


def _agents(picture: Infrastructure) -> Iterator[Sighting]:
    """Addresses that mean agents and nobody else: of a block that makes both, only the instances that are."""
    kinds: dict[str, set[bool]] = defaultdict(set)
    for each in picture.identities:
        for address in {each.address, each.resource.configured_address}:
            kinds[address].add(each.kind is IdentityKind.AGENT)
    for each in picture.identities:
        if each.kind is not IdentityKind.AGENT or each.declared or each.resource.goes or each.form == "group":
            continue
        block = each.resource.configured_address
        name = block if kinds[block] == {True} else each.address
        if kinds[name] == {True}:
            yield _seen(name, each.resource, picture, _reason(each))


def _automation(picture: Infrastructure) -> Iterator[Sighting]:
    for each in picture.identities:
        if each.kind is IdentityKind.AUTOMATION and not each.resource.goes:
            yield _seen(each.resource.configured_address, each.resource, picture, _reason(each))


def _tags(estate: Estate) -> Mapping[str, Mapping[tuple[str, str], Sighting]]:
    """Environment -> tag -> the first that has it: the tag that decides today, so that writing it down changes nothing."""
    found: dict[str, dict[tuple[str, str], Sighting]] = defaultdict(dict)
    known = {(key, value) for rule in estate.settings.environments for key, values in rule.tags.items() for value in values}
    for each in estate.resources:
        tags = estate.tags(each) if each.mode == "managed" else {}
        if not isinstance(tags, dict) or estate.hides_tags(each):
            continue
        named = ((key, value) for key, value in tags.items() if key.lower() in TAG_KEYS and isinstance(value, str))
        key, value, name = next(((key, value, name) for key, value in named if (name := recognised(value))), ("", "", ""))
        if name and (key, value) not in known:
            seen = _seen(name, each, estate, each.address)
            first = found[name].setdefault((key, value), seen)
            found[name][key, value] = _once([first, seen])[0] if seen.place == first.place else first
    return found


def _signs(picture: Infrastructure) -> Iterator[Sighting]:
    for each in picture.stores:
        environment = each.environment
        if environment.recognised and "policypack.yaml" not in environment.reason and "its tag" not in environment.reason:
            yield _seen(environment.name, each.resource, picture, f"{each.address}, {environment.reason}")


def _domains(picture: Infrastructure, estate: Estate) -> Iterator[Sighting]:
    known = {each.id for each in estate.settings.domains}
    domains = Domains(estate)
    held = [*(each.resource for each in picture.stores), *(each.resource for each in picture.vaults)]
    for each in _unique([*held, *(each.resource for each in picture.identities)]):
        domain, block = domains.of(each), estate.provider_block(each)
        if isinstance(domain.id, str) and domain.id not in known:
            known.add(domain.id)
            alias = each.provider_key.rpartition(".")[2] if "." in each.provider_key else ""
            yield _seen(domain.id, block or each, picture, alias)


def _unique(resources: Iterable[Resource]) -> list[Resource]:
    return list({each.place: each for each in resources}.values())
