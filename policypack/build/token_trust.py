"""Whose tokens an identity takes: the conditions of a trust, held against the forms of a token's subject."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from functools import cached_property

from msgspec import Struct

from policypack.build.estate import Estate
from policypack.build.identity_policies import listed
from policypack.catalog.approval import ApprovalFact, IssuerFact, TrustFact
from policypack.model import Evidence, GuardKind, Identity, Reference, Resource, Truth, Unknown, Value
from policypack.model.approvals import Gate, TokenTrust

_EXACT = ("stringequals", "stringequalsignorecase")
_CLAUSE = re.compile(r"\s*(?P<name>[a-z_]+(?:\.[a-z_]+)*)\s*==\s*(?P<quote>['\"])(?P<value>[^'\"]*)(?P=quote)\s*")
_MAX_CONDITION = 4_000


class Pin(Struct, frozen=True):
    """Whether a trust is pinned, and the words for whom it lets in. `gates` stand before the places that it is pinned to."""

    pinned: Truth
    lets_in: str
    gates: tuple[Gate, ...] = ()


class TokenTrusts(Struct, frozen=True, dict=True):
    """Reads trusts. The gates tell which branches are protected."""

    estate: Estate
    gates: tuple[Gate, ...]

    @cached_property
    def issuers(self) -> tuple[IssuerFact, ...]:
        """Who gives tokens to pipelines."""
        return self.estate.catalog.issuers()

    def found(self, holders: Iterable[tuple[Resource, ApprovalFact]], identities: tuple[Identity, ...]) -> Iterator[TokenTrust]:
        """Every trust in a pipeline's tokens."""
        documents = {each.resource.place: each.trust.document for each in identities if each.trust is not None}
        for resource, fact in holders:
            trust = fact.trust
            if trust is None:
                continue
            name = resource.get(fact.name) if fact.name else None
            names = (resource.address.rpartition(".")[2], *([name] if isinstance(name, str) else []))
            said = (
                self._by_policy(documents.get(resource.place), resource)
                if trust.policy
                else self._by_arguments(resource, fact, trust)
            )
            argument = trust.policy or trust.condition or trust.subject
            for issuer, pin in said:
                lets_in = f"tokens of {issuer} that are not shown" if resource.hides(argument) else pin.lets_in
                evidence = Evidence(lets_in, resource.address, resource.at(argument))
                yield TokenTrust(resource, issuer, pin.pinned, lets_in, evidence, resource.address, names, pin.gates)

    def _issuer(self, *hints: str) -> IssuerFact | None:
        return next((each for each in self.issuers for host in each.hosts for hint in hints if host in hint.lower()), None)

    def _by_policy(self, document: Value, resource: Resource) -> Iterator[tuple[str, Pin]]:
        """Per issuer: the loosest statement decides."""
        loosest: dict[str, Pin] = {}
        for statement in listed(document.get("Statement")) if isinstance(document, dict) else ():
            if not isinstance(statement, dict) or statement.get("Effect") != "Allow":
                continue
            principal = statement.get("Principal")
            federated = listed(principal.get("Federated")) if isinstance(principal, dict) else []
            conditions = list(_conditions(statement.get("Condition")))
            hints = [text for each in federated for text in self._hints(each, resource)] + [key for _, key, _ in conditions]
            issuer = self._issuer(*hints) if federated else None
            if issuer is not None:
                pin = self._pinned(issuer, conditions)
                loosest[issuer.name] = _any([loosest.get(issuer.name, pin), pin])
        yield from loosest.items()

    def _hints(self, principal: Value, holder: Resource) -> Iterator[str]:
        """Texts that may have the issuer's address: the principal, and what it refers to."""
        if isinstance(principal, str):
            yield principal
        for reference in principal.references if isinstance(principal, Unknown) else ():
            named = self.estate.index.by_address.get((holder.inside, reference.address))
            url = named.get("url") if named is not None else None
            if isinstance(url, str):
                yield url

    def _pinned(self, issuer: IssuerFact, conditions: list[tuple[str, str, list[Value]]]) -> Pin:
        pins: list[Pin] = []
        subject = False
        for operator, key, values in conditions:
            claim = key.rpartition(":")[2].lower()
            plain = operator.rpartition(":")[2].lower().removesuffix("ifexists")
            if claim == "sub" and plain in {*_EXACT, "stringlike"}:
                subject = True
                literal = plain in _EXACT
                pins.append(
                    self._all(issuer, [value for value in values if not (literal and isinstance(value, str) and "*" in value)])
                )
            elif claim in issuer.claims and plain in _EXACT:
                pins.append(Pin(pinned=True, lets_in=f"only tokens whose {claim} is {', '.join(map(_shown, values))}"))
        if not subject and not pins:
            return Pin(pinned=False, lets_in=f"any token that {issuer.name} issues, to whomever: nothing asks for its subject")
        return max(pins, key=lambda each: _looseness(each.pinned))

    def _all(self, issuer: IssuerFact, values: list[Value]) -> Pin:
        """All subjects must be pinned: each lets somebody in."""
        judged = [self._subject(issuer, each) for each in values]
        return _any(judged) if judged else Pin(pinned=True, lets_in="no subject at all")

    def _subject(self, issuer: IssuerFact, value: Value) -> Pin:
        """One subject, as it is written."""
        if isinstance(value, Unknown):
            known = _filled(value)
            if known and not any(re.fullmatch(each, known) for each in (*issuer.pinned, *issuer.branch)) and "*" in known:
                return Pin(pinned=False, lets_in=f"{issuer.name} tokens whose subject is like {known.replace('hole', '…')}")
            return Pin(Unknown(f"the subject is not known: {value.reason}"), "tokens whose subject is not known")
        text = str(value)
        place = next((found.groupdict() for each in issuer.pinned if (found := re.fullmatch(each, text))), None)
        if place is not None:
            return Pin(pinned=True, lets_in=f"only tokens with the subject {text}", gates=self._before(place))
        branch = next((found["branch"] for each in issuer.branch if (found := re.fullmatch(each, text))), None)
        if branch is not None:
            return Pin(self._protected(branch), f"every run of the branch {branch} ({text}), whatever its environment")
        return Pin(
            pinned=False,
            lets_in=f"{issuer.name} tokens with the subject {text}: of runs that no environment or protected branch holds up",
        )

    def _before(self, place: dict[str, str]) -> tuple[Gate, ...]:
        """The gates of the inputs before a place."""
        name, of = place.get("name"), place.get("of")
        return tuple(
            gate for gate in self.gates if gate.role != "branch_rule" and gate.name == name and of in {None, _text(gate.of)}
        )

    def _protected(self, branch: str) -> Truth:
        """Whether a rule of the inputs asks for a review before anything gets into the branch."""
        unknown: Truth = Unknown(f"whether the branch {branch} is protected is not among the inputs")
        for gate in self.gates:
            if gate.role != "branch_rule" or not any(_is_branch(each, branch) for each in gate.branches):
                continue
            holds = [gate.asks, *(guard.holds for guard in gate.having(GuardKind.IN_FORCE))]
            if all(each is True for each in holds):
                return True
            unknown = next((each for each in holds if each is False), unknown)
        return unknown

    def _by_arguments(self, resource: Resource, fact: ApprovalFact, trust: TrustFact) -> Iterator[tuple[str, Pin]]:
        address = resource.get(trust.issuer)
        texts = [address] if isinstance(address, str) else []
        issuer = self._issuer(*texts) if texts else None
        if issuer is None:
            return
        if trust.subject:
            yield issuer.name, self._subject(issuer, resource.get(trust.subject))
            return
        own = self._by_condition(issuer, resource.get(trust.condition))
        yield issuer.name, own if own.pinned is True else self._by_bindings(issuer, resource, fact, own)

    def _by_condition(self, issuer: IssuerFact, condition: Value) -> Pin:
        """A condition of comparisons that must all hold; anything else cannot be judged."""
        if condition is None:
            return Pin(pinned=False, lets_in=f"any token that {issuer.name} issues, to whomever: it has no condition")
        if not isinstance(condition, str) or len(condition) > _MAX_CONDITION or "||" in condition:
            return Pin(Unknown("its condition cannot be judged"), "tokens that meet a condition which cannot be judged")
        clauses = [_CLAUSE.fullmatch(each) for each in condition.split("&&")]
        told = [self._claim(issuer, each["name"].rpartition(".")[2], each["value"]) for each in clauses if each is not None]
        lets_in = f"{issuer.name} tokens of any run for which {condition} holds"
        plain = all(clauses)
        rest = Pin(pinned=False if plain else Unknown("a part of its condition cannot be judged"), lets_in=lets_in)
        return max((rest, *(pin for pin in told if pin is not None)), key=lambda each: _looseness(each.pinned))

    def _claim(self, issuer: IssuerFact, claim: str, value: str) -> Pin | None:
        if claim in {"sub", "subject"}:
            return self._subject(issuer, value)
        if claim in issuer.claims:
            return Pin(pinned=True, lets_in=f"only tokens whose {claim} is {value}")
        if claim == "ref" and value.startswith("refs/heads/"):
            return Pin(self._protected(value.removeprefix("refs/heads/")), f"every run of {value}")
        return None

    def _by_bindings(self, issuer: IssuerFact, resource: Resource, fact: ApprovalFact, own: Pin) -> Pin:
        """Who of those that get in becomes somebody: the bindings that name the pool decide where the condition does not."""
        trust = fact.trust
        assert trust is not None
        pool = resource.get(fact.name)
        bindings = [one for kind in trust.bound_by for one in self.estate.by_type.get(kind, ()) if not one.goes]
        members = [(each, member) for each in bindings for name in trust.members for member in listed(each.get(name))]
        named = [member for each, member in members if self._names_pool(member, each, pool)]
        pins = [self._member(issuer, _filled(each) if isinstance(each, Unknown) else str(each)) for each in named]
        loosest = min(pins, key=lambda each: _looseness(each.pinned), default=own)
        # A token must meet both the condition and a binding.
        return max(own, loosest, key=lambda each: _looseness(each.pinned))

    def _names_pool(self, member: Value, holder: Resource, pool: Value) -> bool:
        """Whether a member is of the pool: it has its name, or refers to what has it."""
        if isinstance(member, str):
            return isinstance(pool, str) and f"/{pool}/" in member
        references = {each.address for each in member.references} if isinstance(member, Unknown) else set()
        if isinstance(pool, Unknown):
            return not references.isdisjoint(each.address for each in pool.references)
        named = (self.estate.index.by_address.get((holder.inside, address)) for address in references)
        return any(each is not None and pool in each.values.values() for each in named)

    def _member(self, issuer: IssuerFact, member: str) -> Pin:
        if "/subject/" in member:
            return self._subject(issuer, member.rpartition("/subject/")[2])
        attribute = re.search(r"/attribute\.([a-z_]+)/(.+)$", member)
        pin = self._claim(issuer, attribute[1], attribute[2]) if attribute else None
        shown = f"{attribute[1]} is {attribute[2].replace('hole', '…')}" if attribute else "issuer it is"
        return pin or Pin(pinned=False, lets_in=f"{issuer.name} tokens of any run whose {shown}")


def _any(pins: list[Pin]) -> Pin:
    """What each of several pins lets in: the loosest says whom. Gates stand before it where they stand before each."""
    loosest = min(pins, key=lambda each: _looseness(each.pinned))
    gates = {gate.resource.place: gate for pin in pins for gate in pin.gates} if all(pin.gates for pin in pins) else {}
    return Pin(loosest.pinned, loosest.lets_in, tuple(gates.values()))


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ""


def _looseness(pinned: Truth) -> int:
    """0 for not pinned, 1 for what cannot be told, 2 for pinned."""
    return 1 if isinstance(pinned, Unknown) else 2 if pinned else 0


def _conditions(value: Value) -> Iterator[tuple[str, str, list[Value]]]:
    for operator, keys in value.items() if isinstance(value, dict) else ():
        for key, values in keys.items() if isinstance(keys, dict) else ():
            yield operator, key, listed(values)


def _filled(value: Unknown) -> str:
    return "".join("hole" if isinstance(each, Reference) else each for each in value.parts)


def _shown(value: Value) -> str:
    return "not known" if isinstance(value, Unknown) else str(value)


def _is_branch(pattern: Value, branch: str) -> bool:
    if not isinstance(pattern, str):
        return False
    plain = pattern.removeprefix("refs/heads/")
    return (
        plain in {"~ALL", branch} or (plain == "~DEFAULT_BRANCH" and branch in {"main", "master"}) or fnmatchcase(branch, plain)
    )
