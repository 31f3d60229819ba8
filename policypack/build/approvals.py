"""Gates, rights over them and policies, from what the catalog says of types; and which job of a pipeline meets which gate."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from msgspec import Struct

from policypack.build.approval_actors import Actors, hides
from policypack.build.approval_jobs import applying
from policypack.build.approval_policies import policing
from policypack.build.approval_values import asked, has, same_thing
from policypack.build.domains import Domains
from policypack.build.environments import environment_of, recognised
from policypack.build.estate import Estate
from policypack.build.guards import guards, same
from policypack.build.token_trust import TokenTrusts
from policypack.catalog.approval import ApprovalFact, RightFact
from policypack.model import Environment, Evidence, Gap, Identity, Resource, Truth, Unknown, Value, replace
from policypack.model.approvals import Actor, Approvals, Gate, OpenSecret, Right
from policypack.model.grants import any_of
from policypack.model.pipelines import OwnerRule, Repository

_PLACES = {
    "environment": "environment",
    "workspace": "workspace",
    "settings": "workspace",
    "run": "workspace",
    "branch_rule": "branch_rule",
}


class Found(Struct, frozen=True):
    """What was found, and what could not be told."""

    approvals: Approvals
    gaps: tuple[Gap, ...]


def approvals(estate: Estate, domains: Domains, identities: tuple[Identity, ...]) -> Found:
    """Everything about approvals that the inputs show."""
    made = _Making(estate, domains, Actors(estate))
    facts = made.facts
    gates = tuple(made.gate(each, fact) for each, fact in facts if fact.role in _PLACES)
    trusts = TokenTrusts(estate, gates)
    found = Approvals(
        gates=gates,
        rights=tuple(right for each, fact in facts for right in made.rights(each, fact)),
        policing=tuple(rule for each, fact in facts for rule in policing(each, fact, estate)),
        trusts=tuple(trusts.found([(each, fact) for each, fact in facts if fact.role == "trust"], identities)),
        self_reviews=tuple(
            guard for each, fact in facts if fact.role == "self_review" for guard in guards(fact.guards, each, estate)
        ),
        applying=tuple(applying(estate, gates)),
        open_secrets=tuple(_open_secrets(made, gates)),
        owners=tuple(
            (source.path, made.actors.owner(name, rule.location))
            for source in estate.inputs
            for rule in _gate_rules(source.repository)
            for name in rule.owners
        ),
    )
    beside = (replace(gap, inputs=(each.path,)) for each in estate.inputs if each.repository for gap in each.repository.gaps)
    return Found(found, (*made.gaps(found, identities), *beside))


def _gate_rules(repository: Repository | None) -> list[OwnerRule]:
    rules = [rule for path in repository.files if (rule := repository.owned_by(path)) is not None] if repository else []
    return list(dict.fromkeys(rules))


class _Making(Struct, frozen=True, dict=True):
    """Makes the parts, one resource at a time."""

    estate: Estate
    domains: Domains
    actors: Actors

    @cached_property
    def facts(self) -> tuple[tuple[Resource, ApprovalFact], ...]:
        """The resources that play a part, with what they mean."""
        kinds = [kind for kind in self.estate.by_type if self.estate.catalog.approval(kind) is not None]
        found = ((each, self.fact(each)) for kind in kinds for each in self.estate.by_type[kind])
        return tuple((each, fact) for each, fact in found if fact is not None)

    def fact(self, resource: Resource) -> ApprovalFact | None:
        """What a resource means for approvals, None where it is nothing, goes, or does not play its part."""
        if resource.mode != "managed" or resource.goes:
            return None
        fact = self.estate.catalog.approval(resource.type)
        if fact is None:
            return None
        for argument, wanted in fact.only_when.items():
            value = resource.get(argument)
            if value is not None and not isinstance(value, Unknown) and not same(value, wanted):
                return None
        return fact

    def gate(self, resource: Resource, fact: ApprovalFact) -> Gate:
        """The gate that a resource is."""
        name = resource.get(fact.name) if fact.name else resource.get(fact.of) if fact.of else None
        asks, asked = self._asks(resource, fact)
        served, serving = self._served(resource, fact)
        branches = resource.get(fact.branches) if fact.branches else None
        return Gate(
            resource,
            _PLACES[fact.role],  # type: ignore[arg-type]
            fact.label or fact.role,
            name if isinstance(name, (str, Unknown)) else Unknown("it has no name in the inputs"),
            resource.get(fact.of) if fact.of else None,
            self.environment(resource, fact),
            asks,
            asked,
            guards(fact.guards, resource, self.estate),
            tuple(actor for each in fact.actors for actor in self.actors.named(each, resource)),
            served,
            serving,
            self._policed(resource, fact) if fact.policy == "approval_policy" else None,
            tuple(branches) if isinstance(branches, list) else () if branches is None else (branches,),
        )

    def environment(self, resource: Resource, fact: ApprovalFact) -> Environment:
        """That of what it is about where that is among the inputs, else its own, read from its name."""
        about = self.estate.index.find(resource.get(fact.of), resource, self._is_place).only if fact.of else None
        subject = about or resource
        told = self.estate.catalog.approval(subject.type)
        name = subject.get(told.name) if told and told.name else None
        if isinstance(name, str):
            subject = replace(subject, values={**subject.values, "name": name})
        return environment_of(subject, self.domains.of(subject), self.estate)

    def _is_place(self, kind: str) -> bool:
        fact = self.estate.catalog.approval(kind)
        return fact is not None and fact.role in {"environment", "workspace"}

    def _asks(self, resource: Resource, fact: ApprovalFact) -> tuple[Truth, Evidence]:
        if not fact.asks:
            return True, Evidence(f"a {fact.label} waits to be confirmed", resource.address, resource.location)
        unknown: Unknown | None = None
        for argument in fact.asks:
            holds = asked(resource.get(argument))
            if holds is True:
                return True, Evidence(f"{argument} names who decides", resource.address, resource.at(argument))
            unknown = holds if isinstance(holds, Unknown) else unknown
            around = argument.rpartition(".")[0]
            if fact.asked_by_default and resource.get(argument) is None and resource.get(around) is not None:
                return True, Evidence(f"{around} asks for one approval", resource.address, resource.at(argument))
        if unknown is not None:
            said = f"who must decide is not known: {unknown.reason}"
            return unknown, Evidence(said, resource.address, resource.at(fact.asks[0]))
        block = fact.asks[0].partition(".")[0]
        return False, Evidence(f"{block} names nobody who must approve", resource.address, resource.at(block))

    def _served(self, resource: Resource, fact: ApprovalFact) -> tuple[Truth, tuple[Evidence, ...]]:
        served = fact.served
        if served is None:
            return True, ()
        owner = self.estate.index.find(resource.get(fact.of), resource, lambda kind: kind == served.type).only
        if owner is None:
            said = f"{served.argument} of what it belongs to is not among the inputs: {served.otherwise}"
            return Unknown(said), (Evidence(said, resource.address, resource.at(fact.of)),)
        value = owner.get(served.argument)
        if isinstance(value, Unknown):
            return value, (
                Evidence(f"{served.argument} is not known: {served.otherwise}", owner.address, owner.at(served.argument)),
            )
        value = served.default if value is None else value
        holds = any(same(value, each) for each in served.values)
        said = f"{served.argument} is set" if owner.hides(served.argument) else f'{served.argument} = "{value}"'
        return holds, () if holds else (Evidence(f"{said}: {served.otherwise}", owner.address, owner.at(served.argument)),)

    def _policed(self, resource: Resource, fact: ApprovalFact) -> Truth:
        """Whether an approval policy is put on it, by an attachment or by words that both have."""
        attached = self._attached.get(resource.place, False)
        return any_of((attached, self._self_attached(resource.get(fact.labels)), self._attached.get(("", ""), False)))

    @cached_property
    def _attached(self) -> dict[tuple[str, str], Truth]:
        """Whether an approval policy is attached, by what it is attached to; ("", "") is what cannot be told."""
        found: dict[tuple[str, str], Truth] = {}
        for each, fact in self.facts:
            if fact.role != "attachment":
                continue
            policies = [told for one in self._named(each, fact.policy) if (told := self.fact(one)) is not None]
            decides: Truth = any(told.role == "approval_policy" for told in policies)
            if not self._named(each, fact.policy):
                decides = Unknown(f"what {each.address} attaches is not among the inputs")
            subjects = [one.place for one in self._named(each, fact.of)]
            if not subjects and isinstance(each.get(fact.of), Unknown) and decides is not False:
                subjects, decides = [("", "")], Unknown(f"what {each.address} is attached to cannot be told")
            for place in subjects:
                found[place] = any_of((found.get(place, False), decides))
        return found

    @cached_property
    def _attaching(self) -> tuple[frozenset[str], Unknown | None]:
        """The words by which approval policies attach themselves, and why there may be more."""
        words: set[str] = set()
        unknown: Unknown | None = None
        for each, fact in self.facts:
            labels = each.get(fact.labels) if fact.role == "approval_policy" and fact.labels else None
            for label in labels if isinstance(labels, list) else [labels]:
                if isinstance(label, Unknown):
                    unknown = label
                elif isinstance(label, str) and label.startswith("autoattach:"):
                    words.add(label.partition(":")[2])
        return frozenset(words), unknown

    def _self_attached(self, labels: Value) -> Truth:
        """Whether a policy attaches itself to what has these labels."""
        words, unknown = self._attaching
        mine = labels if isinstance(labels, list) else [labels]
        if "*" in words or any(isinstance(each, str) and each in words for each in mine):
            return True
        hidden = next((each for each in mine if isinstance(each, Unknown)), None) if words else None
        return unknown if unknown is not None else hidden if hidden is not None else False

    def _named(self, resource: Resource, argument: str) -> tuple[Resource, ...]:
        return self.estate.index.find(
            resource.get(argument), resource, lambda kind: self.estate.catalog.approval(kind) is not None
        ).resources

    def rights(self, resource: Resource, fact: ApprovalFact) -> Iterator[Right]:
        """What a resource gives somebody over gates."""
        if fact.role == "app":
            named = Evidence("it names the app", resource.address, resource.location)
            agent = self._who(resource.get(fact.who), resource, named)
            if agent.agent is True:
                said = Evidence("what the app may do is decided outside Terraform", resource.address, resource.location)
                lets = "has access to what the gate belongs to, and may be its administrator"
                yield Right(resource, agent, lets, Unknown("what an app may do is not visible in Terraform"), said)
        if fact.role != "right":
            return
        about = (
            self.environment(resource, fact)
            if fact.of and self.estate.index.find(resource.get(fact.of), resource, self._is_place).only
            else None
        )
        for holder in resource.blocks(fact.each) if fact.each else [dict(resource.values)]:
            if not isinstance(holder, dict):
                continue
            part = replace(resource, values=holder)
            who = holder.get(fact.who)
            named = Evidence(f"{fact.who} names it", resource.address, resource.at(fact.each or fact.who))
            given = list(self._held(part, resource, fact))
            if given:
                lets = "; it ".join(dict.fromkeys(rule.lets for _, rule, _ in given))
                sure = next((holds for _, _, holds in given if holds is True), given[0][2])
                source, rule, _ = given[0]
                shown = Evidence(f"{rule.argument} lets it", source.address, source.at(rule.argument))
                yield Right(resource, self._who(who, resource, named), lets, sure, shown, about)

    def _held(self, part: Resource, resource: Resource, fact: ApprovalFact) -> Iterator[tuple[Resource, RightFact, Truth]]:
        """The rights that are given, with what gives each and whether it does."""
        for source, rules in self._given(part, resource, fact):
            for rule in rules:
                value = source.get(rule.argument)
                holds = has(rule.default if value is None else value, rule.values)
                if holds is not False:
                    yield source, rule, holds

    def _who(self, value: Value, holder: Resource, evidence: Evidence) -> Actor:
        """Who is given something: where nothing else tells, what the giving resource is called."""
        fact = self.estate.catalog.approval(holder.type)
        hidden = fact is not None and hides(holder, fact.each or fact.who)
        actor = self.actors.who(value, holder, evidence, hidden=hidden)
        if not isinstance(actor.agent, Unknown):
            return actor
        hint = self.actors.who(holder.configured_address.rpartition(".")[2], holder, evidence)
        return hint if hint.agent is True else actor

    def _given(
        self, part: Resource, resource: Resource, fact: ApprovalFact
    ) -> Iterator[tuple[Resource, tuple[RightFact, ...]]]:
        """What holds rights: the resource itself, and the role that it gives."""
        yield part, fact.rights
        if fact.policy:
            for role in self._named(resource, fact.policy):
                told = self.fact(role)
                if told is not None and told.role == "role":
                    yield role, told.rights

    def gaps(self, found: Approvals, identities: tuple[Identity, ...]) -> Iterator[Gap]:
        """What the inputs do not tell about the gates of production, and about those whom a pipeline's token becomes."""
        rights = {each.resource.place for each in identities if each.policies or each.grants}
        for trust in found.trusts:
            if trust.pinned is not True and trust.resource.place not in rights:
                said = f"{trust.resource.address} lets in {trust.lets_in}; what it may do is not among the inputs"
                yield Gap(said, trust.evidence.location, access=True, inputs=(trust.resource.inside,))
        for gate in found.production:
            unknown = [actor.label for actor in gate.actors if isinstance(actor.agent, Unknown)]
            if unknown:
                many = ", ".join(dict.fromkeys(unknown))
                yield _about(gate.resource, f"whether {many} is a person cannot be told")
            if isinstance(gate.served, Unknown) and gate.asks is not False:
                yield _about(gate.resource, gate.serving[0].text)


def _about(resource: Resource, reason: str) -> Gap:
    return Gap(f"{resource.address}: {reason}", resource.location, inputs=(resource.inside,))


def _open_secrets(made: _Making, gates: tuple[Gate, ...]) -> Iterator[OpenSecret]:
    """Secrets whose names say production, of what has an environment of production."""
    guarded = [
        each for each in gates if each.role == "environment" and each.environment.production and each.environment.recognised
    ]
    for resource, fact in made.facts if guarded else ():
        name = resource.get(fact.name) if fact.role == "secret" else None
        owner = resource.get(fact.of)
        if isinstance(name, str) and recognised(name) == "production":
            gate = next((each for each in guarded if same_thing(owner, each.of)), None)
            if gate is not None:
                shown = "" if resource.hides(fact.name) else f": {name}"
                said = Evidence(f"its name says production{shown}", resource.address, resource.at(fact.name))
                yield OpenSecret(resource, gate, said)
