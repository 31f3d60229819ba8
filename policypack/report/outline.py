"""What the formats for people share: one block per store, one count per kind of thing, in one order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct

from policypack.check import Finding, Severity
from policypack.model import Evidence, Gap, Location, Resource
from policypack.model.namesakes import unmarked
from policypack.report.naming import naming
from policypack.run import Report
from policypack.run.concealed import concealing


class Block(Struct, frozen=True):
    """What was found about one resource, most severe first. `name` is what it is called (see `naming`), `others` are instances of
    which exactly the same is true, those of other inputs that call the same module among them."""

    name: str
    resource: Resource
    findings: tuple[Finding, ...]
    subject: str
    others: tuple[Resource, ...] = ()


class GapGroup(Struct, frozen=True):
    """Gaps of one reason, with the places that have it."""

    reason: str
    unreadable: bool
    places: tuple[Location, ...]


def blocks(report: Report) -> list[Block]:
    """The findings by resource, most severe first. The instances of one block of source with equal findings are one."""
    by_resource: dict[tuple[str, str], list[Finding]] = {}
    for finding in report.findings:
        by_resource.setdefault((finding.resource.address, finding.resource.inside), []).append(finding)
    alike: dict[tuple[object, ...], list[tuple[Finding, ...]]] = {}
    subjects, name = _subjects(report), naming(report)
    for place, findings in by_resource.items():
        alike.setdefault((subjects.get(place, ""), *_likeness(findings)), []).append(tuple(findings))
    return [
        Block(
            name(same[0][0].resource),
            same[0][0].resource,
            same[0],
            str(subject),
            tuple(findings[0].resource for findings in same[1:]),
        )
        for (subject, *_), same in alike.items()
    ]


def _likeness(findings: Iterable[Finding]) -> tuple[object, ...]:
    """Equal for instances of one source block of which the same is said, their own addresses aside."""
    first, *_ = findings = list(findings)
    resource = first.resource
    # A plan without its source has one place for everything: there the configuration's address tells blocks apart.
    own = resource.location.file != resource.inside
    said = tuple((each.check, each.certain, each.message.replace(resource.address, "")) for each in findings)
    return (resource.location, resource.type, "" if own else resource.configured_address, said)


def _subjects(report: Report) -> dict[tuple[str, str], str]:
    picture = report.infrastructure
    found = {(each.address, each.inside): "provider block" for each in _resources(report) if each.mode == "provider"}
    for credential in picture.credentials:
        found[unmarked(credential.resource.address), credential.resource.inside] = credential.label
    for vault in (*(picture.before.vaults if picture.before else ()), *picture.vaults):
        found[unmarked(vault.resource.address), vault.resource.inside] = f"{vault.environment.name} backup vault"
    stores = (*(picture.before.stores if picture.before else ()), *picture.stores)
    conceal = concealing(picture) or str
    for store in stores:
        name = store.label or store.kind.replace("_", " ")
        why = f" ({conceal(store.environment.reason)})" if store.environment.recognised else ""
        found[unmarked(store.address), store.resource.inside] = f"{store.environment.name} {name}{why}"
    for each in report.inputs:
        found[each.path, each.path] = each.kind
    return found


def steps(finding: Finding) -> list[Evidence]:
    """The proof without its last step, what the store counts as: formats for people say that once, over all findings."""
    return [step for step in dict.fromkeys(finding.because) if not step.text.startswith("counts as ")]


def _resources(report: Report) -> Iterable[Resource]:
    return (finding.resource for finding in report.findings)


def gap_groups(gaps: Iterable[Gap]) -> list[GapGroup]:
    """The gaps by reason, what could not be read at all first."""
    places: dict[tuple[bool, str], list[Location]] = {}
    for gap in gaps:
        places.setdefault((not gap.unreadable, gap.reason), []).extend([gap.location] if gap.location else [])
    ordered = sorted(places.items(), key=lambda item: item[0][0])
    return [GapGroup(reason, not readable, tuple(found)) for (readable, reason), found in ordered]


def count(number: int, word: str) -> str:
    """`1 store`, `2 stores`, `2 copies`."""
    if number == 1:
        return f"1 {word}"
    return f"{number} {word[:-1]}ies" if word.endswith("y") else f"{number} {word}s"


def size(report: Report) -> str:
    """What was judged: `1 module, 6 resources, 1 store, 1 credential`."""
    lost = [each for each in report.inputs if not each.resources and any(gap.unreadable for gap in each.gaps)]
    kinds = Counter(each.kind for each in report.inputs if each not in lost)
    parts = [count(number, kind) for kind, number in sorted(kinds.items())] or ["nothing"]
    parts.append(count(sum(resources(each.counts, each.resources) for each in report.inputs), "resource"))
    parts.append(count(len(report.stores), "store"))
    if report.infrastructure.credentials:
        parts.append(count(len(report.infrastructure.credentials), "credential"))
    return ", ".join(parts)


def resources(counts: object, decoded: Iterable[Resource]) -> int:
    """How many managed resources an input has; its counts also hold those that were not decoded."""
    if isinstance(counts, dict) and counts:
        return sum(counts.values())
    return sum(1 for each in decoded if each.mode == "managed")


def production(report: Report) -> str:
    """Which stores count as production, and why: the first of them stands for the rest."""
    stores = report.infrastructure.production
    if not stores:
        return ""
    first = min(stores, key=lambda store: (not store.environment.recognised, store.tier, store.address))
    more = f" and {len(stores) - 1} more" if len(stores) > 1 else ""
    reason = (concealing(report.infrastructure) or str)(first.environment.reason)
    return f"production: {naming(report)(first.resource)} ({reason}){more}"


def verdict(report: Report) -> str:
    """The findings in one line, such as `3 findings: 1 critical, 2 high.  1 suppressed.`, in words for a person."""
    summary = report.summary
    parts = [f"{summary[each.value]} {each.value}" for each in Severity if summary[each.value]]
    parts += [f"{summary['uncertain']} uncertain"] if summary["uncertain"] else []
    lost = report.crashed or any(gap.unreadable for gap in report.gaps)
    nothing = "Nothing found in what could be judged." if lost else "Nothing found."
    said = f"{count(len(report.findings), 'finding')}: {', '.join(parts)}." if report.findings else nothing
    return f"{said}  {summary['suppressed']} suppressed." if summary["suppressed"] else said
