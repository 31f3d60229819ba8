"""Proofs as steps that a person reads: who becomes whom by which statements, what that one may do, and what dies with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from policypack.authority.aws import Decision
from policypack.authority.aws_escalation import Lead
from policypack.authority.callers import Callers
from policypack.authority.oracle import Oracle
from policypack.authority.powers import Powers
from policypack.authority.principals import ASSUME
from policypack.authority.proofs import Proof, along, does, dying, guard_name
from policypack.authority.reach import Route, bits
from policypack.authority.subjects import Subject
from policypack.authority.ways import Call, Way
from policypack.catalog.aws_iam.actions import actions
from policypack.model import Evidence, Location, Outcome, Policy, Resource, Verb

_ARGUMENTS = (
    "policy",
    "assume_role_policy",
    "inline_policy",
    "managed_policy_arns",
    "policy_arn",
    "permissions_boundary",
    "content",
)


class Explain(Struct, frozen=True):
    """Writes the proofs of one picture."""

    callers: Callers
    powers: Powers

    @property
    def _oracle(self) -> Oracle:
        return self.callers.oracle

    def name(self, caller: int) -> str:
        """What a caller is called: its address, and what was changed about it."""
        identity = self._oracle.callers[caller]
        gains = self.callers.gains[caller].split()
        said = {"admin": "with rights of its own choosing", "unbounded": "without its boundary", "group": "in another group"}
        if gains == ["admin", "new"]:
            return f"a new principal made by {self.callers.principals.all[self.callers.origin[caller]].address}"
        told = [said[word] for word in gains if word in said]
        return f"{identity.address} {' and '.join(told)}" if told else identity.address

    def route(self, route: Route) -> Proof:
        """The steps from the first caller of a route to its last."""
        return along(route, self.callers.leads_to, self._hop)

    def _hop(self, source: int, goal: int, lead: Lead) -> Proof:
        one, other = self.name(source), self.name(goal)
        place = self.callers.through(source, goal, lead)
        if lead.gains == "admin" and place != self.callers.origin[goal]:
            other = f"{self.callers.principals.all[place].address} with rights of its own choosing"
        steps: list[Evidence] = []
        missing = lead.rule.depends
        for step in lead.way:
            subject = self._subject(source, step.action, step.on, lead, place)
            if subject is None:
                continue
            decision = self._oracle.decide(source, step.action, subject)
            assumes = lead.rule.name == "assume_role"
            text = f"{one} assumes {other}" if assumes else f"{one} may {step.action}{_on(subject, step.on)}"
            steps += self._said(text, decision, "identity")
            if assumes:
                steps += self._said(f"{other} trusts it", decision, "resource")
            missing = missing or ("; ".join(decision.missing[:1]) if decision.outcome is Outcome.MAYBE else "")
        if lead.rule.name != "assume_role":
            steps.append(Evidence(f"so {one} becomes {other} ({lead.rule.name.replace('_', ' ')})"))
        return Proof(tuple(steps), tuple(step.action for step in lead.way), missing)

    def _subject(self, caller: int, action: str, on: str, lead: Lead, place: int) -> Subject | None:
        principals = self.callers.principals
        own = self.callers.origin[caller]
        if on == "any":
            return self._oracle.something(caller, action)
        if on in {"self", "target"}:
            number = own if on == "self" else place
            if lead.gains == "group" and on == "target":
                return principals.group_slot.subjects[place]
            if action == ASSUME:
                return (principals.trusting if lead.rule.trust == "now" else principals.opened).subjects[number]
            services = (*lead.rule.services, *lead.rule.trusts)
            passes = action == "iam:PassRole" and services
            return principals.passed_to(services[0]).subjects[number] if passes else principals.bare.subjects[number]
        return self._held(caller, action, on, lead, place)

    def _held(self, caller: int, action: str, on: str, lead: Lead, place: int) -> Subject | None:
        """The policy, group or resource by which a step reaches a principal, a certain one where there is one."""
        principals = self.callers.principals
        own = self.callers.origin[caller]
        if on == "holder":
            pairs = [
                principals.holders(kind, arguments, lead.rule.at.get(kind)) for kind, arguments in lead.rule.holders.items()
            ]
        else:
            group = on == "own_group"
            pairs = [(principals.group_slot, principals.members) if group else (principals.policy_slot, principals.holding)]
        wanted = own if on.startswith("own") else place
        for certainly in (0, 1):
            for slot, onto in pairs:
                for number in bits(self._oracle.bits(caller, action, slot)[certainly]):
                    if onto[number] >> wanted & 1:
                        return slot.subjects[number]
        return None

    def act(self, caller: int, number: int, verb: Verb, place: int) -> Proof:
        """What a caller does to a target: the surest, then shortest way, and what it takes away first."""
        block = self.powers.blocks[number]
        target = block.targets[place]
        chosen: tuple[Way, bool] | None = None
        for way in block.ways[verb]:
            certain, possible = self.powers.way(caller, number, verb, way)
            if certain >> place & 1:
                chosen = (way, True)
                break
            if chosen is None and possible >> place & 1:
                chosen = (way, False)
        if chosen is None:
            return Proof(())
        way, sure = chosen
        steps: list[Evidence] = []
        called: list[str] = []
        missing = ""
        for obstacle in self.powers.standing(number, verb, way, place):
            call = self._allowed(caller, number, place, obstacle.calls)
            if call is None:
                missing = missing or (
                    obstacle.guard.evidence.text if obstacle.guard else "how the vault is locked is not known"
                )
                continue
            decision = self._oracle.decide(caller, call.action, block.slot(call.at).subjects[place])
            steps += self._said(
                f"{self.name(caller)} may {call.action}, which takes away {guard_name(obstacle.guard)}", decision, "identity"
            )
            called.append(call.action)
            missing = missing or "; ".join(decision.missing[:1])
        for call in way.calls:
            decision = self._oracle.decide(caller, call.action, block.slot(call.at).subjects[place])
            note = actions().by_name.get(call.action.lower())
            said = f"{self.name(caller)} may {call.action}, which {does(verb)} {target.address}"
            said += f": {note.note}" if note is not None and note.note and verb is not Verb.DESTROY else ""
            steps += self._said(said, decision, "identity")
            called.append(call.action)
            missing = missing or "; ".join(decision.missing[:1])
        return Proof(
            (*steps, *dying(target.store, verb, empties=way.empties)), tuple(called), "" if sure else missing or way.depends
        )

    def _allowed(self, caller: int, number: int, place: int, calls: Sequence[Call]) -> Call | None:
        block = self.powers.blocks[number]
        for certainly in (0, 1):
            for call in calls:
                if self._oracle.bits(caller, call.action, block.slot(call.at))[certainly] >> place & 1:
                    return call
        return None

    def _said(self, text: str, decision: Decision, layer: str) -> Iterator[Evidence]:
        """The step with the place of the statement that allows it."""
        allows = sorted((each for each in decision.because if each.effect == "Allow"), key=lambda each: not each.certain)
        first = next((each for each in allows if each.layer == layer), allows[0] if allows else None)
        unsure = "" if decision.outcome is Outcome.YES else " (possibly)"
        if first is None:
            yield Evidence(text + unsure)
            return
        holder, location = written(first.policy)
        yield Evidence(text + unsure, holder.address if holder else "", location)


def written(policy: Policy) -> tuple[Resource | None, Location | None]:
    """The resource that holds a policy, or attaches it, and the argument where it stands."""
    holder = policy.origin or policy.attached_by
    if holder is None:
        return None, None
    argument = next((each for each in _ARGUMENTS if each in holder.values or each in holder.lines), "")
    return holder, holder.at(argument) if argument else holder.location


def _on(subject: Subject, on: str) -> str:
    return "" if on == "any" else f" on {subject.address}"
