"""Proofs as steps that a person reads: who becomes whom by which grants, what that one may do, and what dies with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from policypack.authority.proofs import Proof, along, does, dying, guard_name
from policypack.authority.reach import Route, bits
from policypack.authority.scoped.callers import Callers, Gain, Lead
from policypack.authority.scoped.powers import Powers
from policypack.authority.scoped.sites import Sites
from policypack.authority.scoped.targets import DOMAIN, OWN, Call, Target, Way, domain_name
from policypack.model import Evidence, Level, Outcome, Site, Verb, shown_name

_CHOOSING = "with rights of its own choosing"


class Explain(Struct, frozen=True):
    """Writes the proofs of one picture."""

    callers: Callers
    powers: Powers

    @property
    def _sites(self) -> Sites:
        return self.callers.sites

    def name(self, caller: int) -> str:
        """What a caller is called: its address, and what it changed about itself."""
        who = self.callers.oracle.actors[caller]
        told = []
        if who.extra:
            wide = bool(who.extra & ~self._sites.things)
            told.append(_CHOOSING if wide else f"{_CHOOSING} on {self._sites_named(who.extra)}")
        if who.undenied:
            told.append("without what denies it something")
        if who.unlimited:
            told.append("without its limits")
        return f"{who.identity.address} {' and '.join(told)}" if told else who.identity.address

    def _sites_named(self, sites: int) -> str:
        first = site_name(self._sites.all[next(bits(sites))])
        return first if sites.bit_count() == 1 else f"{first} and {sites.bit_count() - 1} more"

    def route(self, route: Route) -> Proof:
        """The steps from the first caller of a route to its last."""

        def hop(source: int, goal: int, lead: Lead) -> Proof:
            last = goal == route.nodes[-1]
            return self._changes(lead, told=last) if lead.gains else self._hop(source, goal, lead)

        found = along(route, self.callers.leads_to, hop)
        return Proof(tuple(dict.fromkeys(found.steps)), tuple(dict.fromkeys(found.actions)), found.missing)

    def _hop(self, source: int, goal: int, lead: Lead) -> Proof:
        rule, one, other = lead.rule, self.name(source), self.name(goal)
        steps: list[Evidence] = []
        called: list[str] = []
        missing = rule.depends
        for site in self._reached_at(source, goal, lead):
            for action in rule.actions:
                where = (
                    "" if site == self.callers.home[self.callers.origin[goal]] else f" on {site_name(self._sites.all[site])}"
                )
                text = f"{one} may {action}{where or f' on {other}'}"
                found = self._said(source, action, site, text)
                steps += found.steps
                missing = missing or found.missing
            called += rule.actions
        for action in self._further(source, lead):
            site = self._somewhere(source, action)
            found = self._said(source, action, site, f"{one} may {action} on {site_name(self._sites.all[site])}")
            steps += found.steps
            called.append(action)
            missing = missing or found.missing
        so = "acts as" if rule.assumes else "becomes"
        steps.append(Evidence(f"so {one} {so} {other} ({rule.name.replace('_', ' ')})"))
        return Proof(tuple(steps), tuple(called), missing)

    def _reached_at(self, source: int, goal: int, lead: Lead) -> Iterator[int]:
        """The site at which a step to somebody else is taken."""
        goal = self.callers.origin[goal]
        if lead.rule.at != "holder":
            yield self.callers.home[goal]
            return
        needed = self.callers.needed(source, lead.rule)
        for row in needed:
            for site, numbers in self.callers.held_by.items():
                kinds = lead.rule.kinds
                if goal in numbers and row >> site & 1 and (not kinds or self._sites.all[site].spot.kind in kinds):
                    yield site
                    return

    def _further(self, source: int, lead: Lead) -> Sequence[str]:
        """The actions that a step needs somewhere, of the sets of which one is enough."""
        for row in (0, 1):
            for wanted in lead.rule.also:
                if all(self.callers.oracle.bits(source, action)[row] for action in wanted):
                    return wanted
        return ()

    def _somewhere(self, caller: int, action: str) -> int:
        certain, possible = self.callers.oracle.bits(caller, action)
        return self._sites.widest(certain or possible)

    def _changes(self, lead: Lead, *, told: bool) -> Proof:
        """That a caller changes its rights. On the way it is said where the change is made use of; at the end of a way (`told`) the
        surest change is said here, since nothing need follow. What it needs that is not certain is said in any case."""
        missing = next(self._open(lead), "")
        rights = [each for each in lead.gains if each.rule.gains == "rights"]
        if not told or not rights:
            return Proof((), (), missing)
        surest = max(rights, key=lambda each: bool(each.sites[0]))
        found = self._by(surest, -1)
        return Proof(found.steps, found.actions, missing)

    def _open(self, lead: Lead) -> Iterator[str]:
        """What would settle the changes that are only possible."""
        for gain in lead.gains:
            if gain.rule.depends:
                yield gain.rule.depends
            for site in bits(gain.sites[1] & ~gain.sites[0] & self.callers.unsure(gain.by, gain.rule)):
                for action in gain.rule.actions or self._own(gain, site):
                    yield from self.callers.oracle.decide(gain.by, action, site).missing[:1]

    def _said(self, caller: int, action: str, site: int, text: str) -> Proof:
        """The step with the place of the grant that allows it, after the steps by which the caller got that grant."""
        oracle = self.callers.oracle
        decision = oracle.decide(caller, action, site)
        allows = sorted((each for each in decision.because if each.effect == "Allow"), key=lambda each: not each.certain)
        sure = bool(allows) and allows[0].certain
        gained = None if sure else self._gain(caller, site, "rights")
        before: list[Evidence] = []
        called: list[str] = []
        missing = "; ".join(decision.missing[:1]) if decision.outcome is Outcome.MAYBE else ""
        who = oracle.actors[caller]
        for effect, changed in (("undenied", who.undenied), ("unlimited", who.unlimited)):
            if changed and (found := self._taken_away(caller, effect)) is not None:
                before += found.steps
                called += found.actions
        unsure = "" if decision.outcome is Outcome.YES else " (possibly)"
        if gained is not None:
            found = self._by(gained, site)
            return Proof(
                (*before, *found.steps, Evidence(text + unsure)), (*called, *found.actions, action), missing or found.missing
            )
        if not allows:
            return Proof((*before, Evidence(text + unsure)), (*called, action), missing)
        grant = allows[0].grant
        said = f"{text}{unsure}: {grant.evidence.text}" if grant.evidence.text else text + unsure
        shown = Evidence(said, grant.evidence.resource, grant.evidence.location)
        return Proof((*before, shown), (*called, *(grant.via or (action,))), missing)

    def _gain(self, caller: int, site: int, what: str) -> Gain | None:
        """How a caller came to its rights at a site."""
        found = [
            each
            for each in self.callers.gains.get(caller, ())
            if each.rule.gains == what and (site < 0 or each.beneath[1] >> site & 1)
        ]
        return min(found, key=lambda each: site >= 0 and not each.beneath[0] >> site & 1, default=None)

    def _taken_away(self, caller: int, what: str) -> Proof | None:
        gained = self._gain(caller, -1, what)
        return self._by(gained, -1) if gained is not None else None

    def _by(self, gained: Gain, site: int) -> Proof:
        """The steps of a change of rights that reaches a site."""
        certain, possible = gained.sites
        at = next(
            (each for row in (certain, possible) for each in bits(row) if site < 0 or self._reaches(each, site)),
            next(bits(possible)),
        )
        one, where = self.name(gained.by), site_name(self._sites.all[at])
        actions = gained.rule.actions or self._own(gained, at)
        steps: list[Evidence] = []
        missing = gained.rule.depends
        for action in actions:
            if gained.rule.at == "role":
                steps.append(Evidence(f"{one} may {action} on the role that it holds at {where}"))
                continue
            found = self._said(gained.by, action, at, f"{one} may {action} on {where}")
            steps += found.steps
            missing = missing or found.missing
        does = {
            "rights": "gives itself any right there",
            "undenied": "takes away what denies it",
            "unlimited": "lifts its limits",
        }
        steps.append(Evidence(f"so it {does[gained.rule.gains]} ({gained.rule.name.replace('_', ' ')})"))
        return Proof(tuple(steps), tuple(actions), missing)

    def _reaches(self, at: int, site: int) -> bool:
        return bool(self._sites.beneath((1 << at, 1 << at))[1] >> site & 1)

    def _own(self, gained: Gain, site: int) -> tuple[str, ...]:
        return tuple(self.callers.own_actions(site, gained.rule.own))[:1]

    def act(self, caller: int, number: int, verb: Verb, place: int) -> Proof:
        """What a caller does to a target: the surest, then first way, and what it takes away first."""
        chosen: Way | None = None
        sure = False
        for way in self.powers.blocks[number].ways[verb]:
            certain, possible = self.powers.way(caller, number, verb, way)
            if certain >> place & 1:
                chosen, sure = way, True
                break
            if chosen is None and possible >> place & 1:
                chosen = way
        if chosen is None:
            return Proof(())
        found = self._act(caller, (number, verb, place), chosen)
        return Proof(found.steps, found.actions, "" if sure else found.missing or chosen.depends)

    def _act(self, caller: int, asked: tuple[int, Verb, int], way: Way) -> Proof:
        number, verb, place = asked
        block = self.powers.blocks[number]
        target = block.targets[place]
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
            text = f"{self.name(caller)} may {call.action}, which takes away {guard_name(obstacle.guard)}"
            found = self._said(caller, call.action, block.slot(call.at)[place], text)
            steps += found.steps
            called += found.actions
            missing = missing or found.missing
        for call in way.calls:
            site = block.slot(call.at)[place]
            text = f"{self.name(caller)} may {call.action}, which {does(verb)} {target.address}{self._with(call, site, target)}"
            found = self._said(caller, call.action, site, text)
            steps += found.steps
            called += found.actions
            missing = missing or found.missing
        gone = dying(target.store, verb, empties=way.empties)
        return Proof((*dict.fromkeys(steps), *gone), tuple(dict.fromkeys(called)), missing)

    def _with(self, call: Call, site: int, target: Target) -> str:
        if call.at == OWN:
            return ""
        whole = domain_name(self._sites.all[site]) if call.at == DOMAIN else site_name(self._sites.all[site])
        return "" if target.address == whole else f" with {whole}, in which it lies"

    def _allowed(self, caller: int, number: int, place: int, calls: Sequence[Call]) -> Call | None:
        for row in (0, 1):
            for call in calls:
                if self.powers.call(caller, number, call)[row] >> place & 1:
                    return call
        return None


def site_name(site: Site) -> str:
    """What a place is called in a sentence."""
    if site.level is Level.DOMAIN:
        return domain_name(site)
    if site.level is Level.ABOVE:
        return shown_name(site.above[0])
    if site.spot.place is not None:
        return site.spot.place[1]
    return shown_name(site.spot.name)
