"""What a change brings, in sections of sentences: the formats for people share them, and escape the parts each in its own way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from policypack.check import Finding
from policypack.compare.difference import Difference
from policypack.compare.powers import PowerChange
from policypack.compare.stores import StoreChange
from policypack.model import Evidence, Location, Outcome, replace
from policypack.report import Context
from policypack.report.grades import grade
from policypack.report.outline import count
from policypack.report.sentence import phrase, sentence

_MOST_TARGETS = 4


class Name(str):
    """A part of a sentence that is a name: an address, a file with its line."""

    __slots__ = ()


class Told(Struct, frozen=True):
    """One sentence in parts, and the proof of it. Everything in the parts may be scanned text."""

    parts: tuple[str, ...]
    proof: str = ""


class Section(Struct, frozen=True):
    """Sentences of one kind. `bad`: somebody should look at it."""

    title: str
    lines: tuple[Told, ...]
    bad: bool = True


def sections(difference: Difference, context: Context) -> list[Section]:
    """All sections that have anything to say, what is worse first."""
    found = [
        Section("Powers gained", (*_powers(difference.given, context), *_counted(difference.counted))),
        Section("Cannot be told", tuple(Told((Name(each.identity), ": ", each.reason)) for each in difference.untold)),
        Section("Stores that go", _stores(difference.gone, context)),
        Section("Protection removed", _stores(difference.guards_removed, context)),
        Section("Without a backup", _stores(difference.uncopied, context)),
        Section("New findings", tuple(_finding(each, context, difference) for each in difference.new)),
        Section("Fixed findings", tuple(_finding(each, context, difference, old=True) for each in difference.fixed), bad=False),
        Section("Powers lost", tuple(_powers(difference.taken, context, lost=True)), bad=False),
        Section("Protection added", _stores(difference.guards_added, context), bad=False),
    ]
    return [each for each in found if each.lines]


def headline(difference: Difference) -> str:
    """The change in one line, such as `3 powers gained, 1 guard removed; 1 finding fixed.`, in words for a person."""
    gains, losses = difference.given, difference.taken
    bad = [f"{count(len(gains), 'power')} gained"] if gains else []
    bad += [f"{count(len(difference.guards_removed), 'guard')} removed"] if difference.guards_removed else []
    bad += [f"{count(len(difference.gone), 'store')} gone"] if difference.gone else []
    bad += [f"{count(len(difference.uncopied), 'store')} without a backup"] if difference.uncopied else []
    bad += [count(len(difference.new), "new finding")] if difference.new else []
    good = [f"{count(len(losses), 'power')} lost"] if losses else []
    good += [f"{count(len(difference.guards_added), 'guard')} added"] if difference.guards_added else []
    good += [f"{count(len(difference.fixed), 'finding')} fixed"] if difference.fixed else []
    told = "; ".join(", ".join(each) for each in (bad, good) if each)
    unread = f" {count(len(difference.untold), 'identity')} cannot be judged." if difference.untold else ""
    where = " in what could be judged" if difference.notes else ""
    return f"{told}.{unread}" if told else f"No power, guard, backup or finding changes{where}.{unread}"


def _powers(changes: Sequence[PowerChange], context: Context, *, lost: bool = False) -> Iterator[Told]:
    """One sentence for what somebody can do to each of a few targets by the same line."""
    by_target: dict[tuple[object, ...], list[PowerChange]] = {}
    for each in changes:
        by_target.setdefault((each.identity, each.target, each.outcome, each.other), []).append(each)
    alike: dict[tuple[object, ...], list[list[PowerChange]]] = {}
    places: dict[tuple[object, ...], Location | None] = {}
    for same in by_target.values():
        first, verbs = same[0], tuple(each.verb for each in same)
        key = (first.identity, first.outcome, first.other, verbs, first.fresh, first.of_choice)
        # Of very many of a kind the last have no proof of their own, and are had as the others are.
        place = places.setdefault(key, first.place) if first.place is None else first.place
        places.setdefault(key, place)
        alike.setdefault((*key, place), []).append(same)
    for group in alike.values():
        yield _power(group, context, lost=lost)


def _power(group: Sequence[Sequence[PowerChange]], context: Context, *, lost: bool) -> Told:
    first = group[0][0]
    kind = "" if first.kind == "unknown" else f" ({first.kind})"
    sure = "takes from " if lost else "gives " if first.outcome is Outcome.YES else "may give "
    parts = [sure, Name(first.identity), f"{kind} the power to {_does(group[0])}"]
    for number, each in enumerate(() if first.of_choice else group[:_MOST_TARGETS]):
        parts += [", " if number else " ", Name(each[0].target)]
    parts += [f" and {len(group) - _MOST_TARGETS} more" if len(group) > _MOST_TARGETS else "", " (new)" if first.fresh else ""]
    if first.other is Outcome.MAYBE:
        parts.append(", which may still be possible" if lost else ", which was only possible before")
    if lost:  # where it was written is no place of the head
        return Told(tuple(part for part in parts if part))
    parts += [": ", _at(first.place, context)] if first.place else []
    proof = sentence([_placed(step, context) for step in first.path])
    proof += f"; not certain: {first.missing}" if first.missing else ""
    return Told(tuple(part for part in parts if part), proof)


def _does(same: Sequence[PowerChange]) -> str:
    if same[0].of_choice:
        return "give itself, or somebody new, rights of its choosing"
    verbs = list(dict.fromkeys(phrase(each.verb.value) for each in same))
    return verbs[0] if len(verbs) == 1 else f"{', '.join(verbs[:-1])} and {verbs[-1]}"


def _counted(rest: Sequence[PowerChange]) -> Iterator[Told]:
    """What is counted only: powers over other environments, and those of people and pipelines over what is new."""
    others = [each for each in rest if not each.production]
    new = [each for each in rest if each.production]
    if new:
        who = count(len({each.identity for each in new}), "identity")
        yield Told(
            (f"{who} can act on what is new here ({count(len(new), 'power')}); `policypack who-can` and --format json tell",)
        )
    if others:
        yield Told((f"{count(len(others), 'power')} over what is not production; --format json tells",))


def _stores(changes: Iterable[StoreChange], context: Context) -> tuple[Told, ...]:
    ordered = [each for each in changes if each.production]
    told = []
    for each in ordered:
        place = (" (", _at(each.location, context), ")") if each.location else ()
        told.append(Told((Name(each.address), f" {each.text}", *place)))
    return tuple(told)


def _finding(finding: Finding, context: Context, difference: Difference, *, old: bool = False) -> Told:
    place = () if old else (" (", _at(finding.location, context), ")")
    inside, address = finding.resource.place
    name = Name(f"{inside}:{address}" if inside in difference.alike and inside != address else address)
    return Told((f"{grade(finding)} ", Name(finding.check), " of ", name, *place))


def _placed(step: Evidence, context: Context) -> Evidence:
    location = step.location
    return replace(step, location=replace(location, file=context.in_repository(location.file))) if location else step


def _at(location: Location | None, context: Context) -> Name:
    if location is None:
        return Name("")
    return Name(f"{context.in_repository(location.file)}:{location.line}")
