"""The decision of the gate: whether what a plan needs approval for has it, from enough people, and why not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from fnmatch import fnmatchcase

import msgspec
from msgspec import Raw, Struct

from policypack.gate.approval import Presented
from policypack.gate.need import Need
from policypack.gate.signers import folded
from policypack.gate.verify import Accepted, Refusal, Terms, verify
from policypack.settings.gate import Demand, GateRule, GateSettings


class Decision(Struct, frozen=True):
    """What the gate says. It passes where nothing is missing. `accepted` are the approvals that count, `refused` those that
    do not, `missing` what is still needed, one for each demand that is not met."""

    accepted: tuple[Accepted, ...] = ()
    refused: tuple[Refusal, ...] = ()
    missing: tuple[Refusal, ...] = ()

    @property
    def passes(self) -> bool:
        """Whether the plan may be applied."""
        return not self.missing


def decide(presented: Sequence[Presented], terms: Terms) -> Decision:
    """Holds every approval to the plan, and counts the people behind those that are right. Nothing needed: it passes."""
    if not terms.needs:
        return Decision()
    judged = [verify(each, terms) for each in presented]
    accepted = tuple(each for each in judged if isinstance(each, Accepted))
    refused = tuple(each for each in judged if isinstance(each, Refusal))
    return Decision(accepted, refused, tuple(_missing(accepted, terms)))


def demand_of(need: Need, settings: GateSettings) -> Demand:
    """What it takes for this: the strictest of the default and of every rule that matches."""
    demands = [settings.demand, *(rule.demand for rule in settings.rules if _matches(rule, need))]
    lists = [{folded(name) for name in each.approvers} for each in demands if each.approvers]
    allowed = tuple(sorted(set.intersection(*lists))) if lists else ()
    return Demand(
        max(each.approvals for each in demands),
        allowed or (("",) if lists else ()),  # lists that share nobody leave nobody, which is another thing than no list
        any(each.presence for each in demands),
        any(each.verification for each in demands),
    )


def _matches(rule: GateRule, need: Need) -> bool:
    """Whether everything that the rule names matches. What belongs to no known environment is in all of them."""
    where = not rule.environments or not need.environment or _any(rule.environments, need.environment)
    return (
        where
        and (not rule.checks or _any(rule.checks, need.kind))
        and (not rule.addresses or _any(rule.addresses, need.address))
    )


def _any(patterns: Iterable[str], text: str) -> bool:
    return any(text == each or fnmatchcase(text, each) for each in patterns)


def _missing(accepted: Sequence[Accepted], terms: Terms) -> Iterable[Refusal]:
    demands: dict[Demand, list[Need]] = {}
    for need in terms.needs:
        demands.setdefault(demand_of(need, terms.settings), []).append(need)
    for demand, needs in demands.items():
        people = {each.person: each for each in accepted if not _lacks(each, demand)}
        if len(people) < demand.approvals:
            yield Refusal(*_lacking(demand, needs, accepted, len(people), terms))


def _lacks(accepted: Accepted, demand: Demand) -> str:
    """What an approval that is right in itself lacks for a demand, "" for nothing."""
    if demand.approvers and not set(demand.approvers) & set(accepted.person):
        return "is not among those who may approve it"
    if demand.presence and not accepted.touch.present:
        return "signed with a key that nobody had to touch"
    if demand.verification and not accepted.touch.verified:
        return "signed with a key that did not make sure by PIN or finger who touched it"
    return ""


def _lacking(demand: Demand, needs: Sequence[Need], accepted: Sequence[Accepted], people: int, terms: Terms) -> tuple[str, str]:
    what = needs[0].address + (f" and {len(needs) - 1} more" if len(needs) > 1 else "")
    wanted = "an approval" if demand.approvals == 1 else f"the approvals of {demand.approvals} different people"
    if not terms.signers.entries:
        return "no_signers", f"{what}: needs {wanted}, and nobody may approve: no gate.signers file names anybody"
    lacks = {f"{each.person[0]} {lack}": each for each in accepted if (lack := _lacks(each, demand))}
    if people == 0 and lacks:
        return "not_enough", f"{what}: needs {wanted}; {'; '.join(lacks)}"
    counted = [each for each in accepted if not _lacks(each, demand)]
    if len(counted) > people:
        return (
            "same_person",
            f"{what}: needs {wanted}, and {len(counted)} approvals are {people} person's: {counted[0].person[0]}",
        )
    if people == 0:
        return "none", f"{what}: needs {wanted}"
    said = f"; {'; '.join(lacks)}" if lacks else ""
    return "not_enough", f"{what}: needs {wanted}, and {people} approved{said}"


def planned_at(timestamp: Raw) -> datetime | None:
    """When a plan says that it was made, by its member of that name; None where it does not."""
    try:
        told = msgspec.json.decode(timestamp, type=str)
        return datetime.strptime(told, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    except (ValueError, msgspec.MsgspecError, RecursionError):
        return None
