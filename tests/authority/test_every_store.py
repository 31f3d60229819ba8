"""Every type of store that the catalog has for AWS: what destroys it is known, counts on its own ARN, and on no other one's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from policypack.authority import Authority
from policypack.authority.ways import EVERYTHING, OWN, Way, inner, ways_of_own_copies, ways_of_store
from policypack.catalog import load_catalog
from policypack.catalog.aws_iam.actions import actions
from policypack.catalog.entry import TypeEntry
from policypack.model import Outcome, Verb
from tests.authority.pictures import allow, asked, outcome, role

ENDING = (Verb.DESTROY, Verb.DESTROY_KEY, Verb.REMOVE_DOMAIN)
READING = ("Get*", "List*", "Describe*", "BatchGet*", "Query", "Scan", "View*", "Search*")
AWAY = "999999999999"


def stores() -> Iterator[TypeEntry]:
    """The entries of stores whose loss is serious."""
    catalog = load_catalog()
    for name in sorted(catalog.types("aws")):
        entry = catalog.entry(name)
        if entry is not None and entry.store and entry.tier <= 2:
            yield entry


STORES = list(stores())


def named(entry: TypeEntry) -> str:
    """The name of a parametrised case."""
    return entry.type


def block(entry: TypeEntry, name: str) -> str:
    """A store of the type, as short as it can be: what makes up its ARN, and what makes it a store."""
    lines = [f'  {each} = "{name}"' for each in sorted(set(_arguments(entry))) if each not in {"id", "arn_suffix"}]
    *blocks, last = entry.only_when_set.split(".")
    if last:
        opening, closing = "".join(f"  {each} {{\n" for each in blocks), "  }\n" * len(blocks)
        lines.append(f'{opening}  {last} = "x"\n{closing}')
    return f'resource "{entry.type}" "{name}" {{\n' + "\n".join(lines) + "\n}\n"


def _arguments(entry: TypeEntry) -> list[str]:
    return re.findall(r"(?<!\$)\{([a-z_]+)\}", entry.arn)


def at(way: Way, address: str) -> str:
    """What a policy names to let a way be gone on a store: its ARN, or what lies in it."""
    place = way.calls[0].at
    return f"${{{address}.arn}}{'' if place == OWN else inner(place, '*')}"


def elsewhere(way: Way, entry: TypeEntry) -> str:
    """The ARN of something of the same name in another account; of another name where ARNs hold no account."""
    arn = entry.arn.replace("${Account}", AWAY).replace("${Partition}", "aws").replace("${Region}", "*")
    arn = re.sub(r"\{[a-z_]+\}", "main" if "${Account}" in entry.arn else "away", arn)
    place = way.calls[0].at
    return arn if place == OWN else arn + inner(place, "*")


def in_ways(entry: TypeEntry) -> list[tuple[Verb, Way]]:
    """The ways to the store's end whose calls name it."""
    every = [(verb, way) for verb in ENDING for way in ways_of_store(entry).get(verb, ())]
    return [(verb, way) for verb, way in every if way.calls[0].at == OWN or way.calls[0].at.startswith("+")]


def asked_of(folder: Path, entry: TypeEntry) -> Authority:
    """Two stores of a type, and for each way one who may go it on the first, on the second, and on one in another account."""
    parts = [block(entry, "main"), block(entry, "other")]
    off = sorted({action for guard in entry.guards if guard.kind == "deletion_protection" for action in guard.removed_by})
    for number, (_, way) in enumerate(in_ways(entry)):
        action = way.calls[0].action
        statements = [
            allow(action, at(way, f"{entry.type}.main")),
            *([allow(off, f"${{{entry.type}.main.arn}}")] if off else []),
        ]
        parts.append(role(f"mine{number}", *statements))
        parts.append(role(f"others{number}", allow([action, *off], at(way, f"{entry.type}.other"))))
        parts.append(role(f"away{number}", allow([action, *off], elsewhere(way, entry))))
    services = sorted({action.partition(":")[0] for _, way in in_ways(entry) for action in way.actions})
    parts.append(role("reader", allow([f"{service}:{each}" for service in services for each in READING])))
    return asked(folder, *parts)


@pytest.mark.parametrize("entry", STORES, ids=named)
def test_a_store_has_an_end_and_its_guards_can_be_taken_off(entry: TypeEntry) -> None:
    """Something destroys every store; what takes its guards off is known wherever a call does."""
    ways = ways_of_store(entry)
    assert any(ways.get(verb) for verb in ENDING)
    removed = {action for guard in entry.guards for action in guard.removed_by}
    assert removed <= {action for way in ways.get(Verb.WEAKEN, ()) for action in way.actions}


@pytest.mark.parametrize("entry", [each for each in STORES if in_ways(each)], ids=named)
def test_a_call_on_its_own_arn_counts_and_on_another_does_not(entry: TypeEntry, tmp_path: Path) -> None:
    """Whoever may make exactly the call that ends a store, on exactly it, is told; on another store, in another account, or only
    to read, nobody is."""
    answers = asked_of(tmp_path, entry)
    target = f"{entry.type}.main"
    for number, (verb, way) in enumerate(in_ways(entry)):
        told = {who: outcome(answers, f"aws_iam_role.{who}{number}", verb, target) for who in ("mine", "others", "away")}
        inside = way.calls[0].at != OWN
        sure = not way.depends and all(guard.default != "unknown" for guard in entry.guards)
        assert told["mine"] is Outcome.YES if sure else told["mine"] is not Outcome.NO, (way, told)
        assert told["others"] is Outcome.NO or (inside and told["others"] is Outcome.MAYBE), (way, told)
        assert told["away"] is Outcome.NO or not entry.arn, (way, told)
        if not way.calls[0].action.partition(":")[2].startswith("Get"):
            assert outcome(answers, "aws_iam_role.reader", verb, target) is Outcome.NO or _also_reads(entry), way


def _also_reads(entry: TypeEntry) -> bool:
    """Whether a way to its end is called like a reading: the password of its master user."""
    return any(way.calls[0].action.partition(":")[2].startswith("Get") for _, way in in_ways(entry))


@pytest.mark.parametrize("entry", [each for each in STORES if ways_of_own_copies(each)], ids=named)
def test_the_copies_of_a_service_can_be_destroyed_by_name(entry: TypeEntry) -> None:
    """What destroys the copies that a service keeps is one of AWS's calls or the catalog's, and none that only reads."""
    for way in ways_of_own_copies(entry):
        name = way.calls[0].action.partition(":")[2]
        assert not name.startswith(("Get", "List", "Describe")), way
        assert way.calls[0].at != EVERYTHING or not (found := actions().by_name[way.calls[0].action.lower()]).arns, found
