"""What the checks ask of authority: who is watched, what each of them holds, and the words to say it in one finding.

Findings about identities are findings about agents and about whoever has a static credential: the same power of a person,
of plain automation or of a workload is what `who-can` and one_identity_destroys_all are for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache

from msgspec import Struct

from policypack.authority.alike import Alike, every, first_targets, joined, one_a_target, single
from policypack.authority.grants import at, conditional_denies, rules_everything
from policypack.authority.once import once
from policypack.model import Evidence, Identity, IdentityKind, Infrastructure, Outcome, Power, Store, Unknown, Verb

SHOWN = 3
DESTRUCTIVE = frozenset({Verb.DESTROY, Verb.OVERWRITE, Verb.DESTROY_COPIES, Verb.DESTROY_KEY, Verb.WEAKEN})
"""What makes data or a way back to it disappear, now or with the next call."""
ASSUMED = "assume"
_REFERS = "it refers to "
# A login profile is a person's password, not a string that lies in a file and works by itself.
_PASSWORDS = frozenset({"aws_iam_user_login_profile"})


@once
def watched(infrastructure: Infrastructure) -> tuple[Identity, ...]:
    """Agents, and identities that a static credential exists for: a string that an agent finds makes it that identity."""
    return tuple(each for each in infrastructure.identities if is_watched(each))


def is_watched(identity: Identity) -> bool:
    """Whether findings speak of it. A group acts only through its members, which stand for themselves."""
    if identity.form == "group" or identity.resource.goes:
        return False
    return identity.kind is IdentityKind.AGENT or any(each.type not in _PASSWORDS for each in identity.credentials)


class Held(Struct, frozen=True):
    """What one identity can do, as the answer to one question: one power a target, the surest and then the shortest first, those
    together that differ in nothing but their target."""

    identity: Identity
    alike: tuple[Alike, ...]

    @property
    def worst(self) -> Power:
        """The power to show."""
        return self.alike[0].power

    @property
    def powers(self) -> tuple[Power, ...]:
        """All of them one by one."""
        return every(self.alike)

    @property
    def reached(self) -> frozenset[str]:
        """The targets of all of them."""
        return joined(tuple(each.targets for each in self.alike))

    @property
    def count(self) -> int:
        """How many they are."""
        return sum(len(each.targets) for each in self.alike)

    @property
    def certain(self) -> bool:
        """Whether at least one of the powers is proved."""
        return self.worst.outcome is Outcome.YES

    @property
    def can(self) -> str:
        """How to say it."""
        return "can" if self.certain else "may be able to"

    @property
    def targets(self) -> str:
        """The targets as a sentence has them. Of a proved power only what is proved: the rest is said to be possible."""
        proved = [each for each in self.alike if each.power.outcome is self.worst.outcome]
        many = sum(len(each.targets) for each in proved)
        possible = self.count - many
        return listed(first_targets(proved, SHOWN), many) + (f", and perhaps {possible} more" if possible else "")

    @property
    def because(self) -> tuple[Evidence, ...]:
        """Who it is and why it counts, then the path of the worst power, and what would settle a possible one."""
        return (who(self.identity), *self.worst.path, *missing(self.worst))


def held(
    infrastructure: Infrastructure,
    verbs: Collection[Verb],
    *,
    wanted: Callable[[Power], frozenset[str] | bool] = lambda _: True,
    identities: Iterable[Identity] | None = None,
    opaque: bool = False,
) -> Iterator[Held]:
    """For each watched identity (or each of `identities`) its powers with one of the verbs: nothing where it has none.

    `wanted` says whether powers count, or over which targets: it is asked once of powers that differ in nothing but the target.
    A policy that cannot be read may allow anything. That is one cause, and one question speaks of it (`opaque`); for the others
    such a power is none.
    """
    asked = watched(infrastructure) if identities is None else tuple(identities)
    if not asked or not (infrastructure.production or Verb.STOP_AUDIT in verbs):
        return
    from policypack.authority import authority

    answers = authority(infrastructure)
    others = not_production(infrastructure)
    for identity in asked:
        powers = (each for each in answers.alike(identity.address) if each.power.verb in verbs)
        told = [kept for each in powers if (kept := _counting(each, wanted(each.power), others)) is not None]
        found = _undenied(identity, [each for each in told if opaque or is_readable(each.power)])
        if found:
            yield Held(identity, one_a_target(found))


def _counting(each: Alike, wanted: frozenset[str] | bool, others: frozenset[str]) -> Alike | None:
    """What counts of some powers: nothing, all, or those over some targets, and never what is not production's."""
    kept = each.among(wanted) if isinstance(wanted, frozenset) else each if wanted else None
    return None if kept is None else kept.without(others)


def _undenied(identity: Identity, powers: Sequence[Alike]) -> list[Alike]:
    """Without what is only possible because a deny of its own asks a condition first: agent_can_bypass_boundary speaks of that."""
    if all(each.power.outcome is Outcome.YES for each in powers):
        return list(powers)
    denies = list(conditional_denies(identity))
    return [
        each
        for each in powers
        if each.power.outcome is Outcome.YES
        or each.power.rules
        or not any(deny.covers(action) for deny in denies for action in each.power.actions)
    ]


@once
def not_production(infrastructure: Infrastructure) -> frozenset[str]:
    """The addresses of stores, snapshots and vaults of other environments: what can be done to them is nobody's finding."""
    production = {*copied(infrastructure.production), *(store.address for store in infrastructure.production)}
    others = {*copied(infrastructure.stores), *(store.address for store in infrastructure.stores)} - production
    for vault in infrastructure.vaults:
        if not (vault.environment.production or production.intersection(vault.stores)):
            others.add(vault.resource.address)
    return frozenset(others)


def copied(stores: Iterable[Store]) -> Mapping[str, Store]:
    """What makes the copies of stores, by address: snapshots are resources themselves."""
    return {copy.made_by.address: store for store in stores for copy in store.backups}


def implied(infrastructure: Infrastructure, identity: Identity) -> bool:
    """Whether it may do everything and nothing limits it, itself or as a role that it may assume.

    What else such an identity can do follows from that and is not said again: agent_holds_admin or agent_can_destroy_data says
    the cause and what is lost by it.
    """
    if rules_everything(identity):
        return True
    if not rulers(infrastructure):
        return False
    from policypack.authority import authority

    return bool(authority(infrastructure).assumes(identity.address, rulers(infrastructure)))


@once
def rulers(infrastructure: Infrastructure) -> frozenset[str]:
    """The identities of a picture that rule everything."""
    return frozenset(each.address for each in infrastructure.identities if rules_everything(each))


def readable(powers: Iterable[Power]) -> list[Power]:
    """The powers that rest on policies whose text is known, or that are known to refer to whoever has the power."""
    return [each for each in powers if is_readable(each)]


def is_readable(power: Power) -> bool:
    """Whether it rests on policies whose text is known, or that are known to refer to whoever has the power."""
    if power.outcome is Outcome.YES:
        return True
    _, opaque, _ = power.missing.partition(" says is not known")
    return not opaque or power.identity in power.missing.rpartition(_REFERS)[2].split(", ")


def by_its_own_policies(power: Power) -> bool:
    """Whether the power is had as things stand: its own, or that of a role which lets it in.

    What it has only after it changed rights (its own, those of another, those of a machine that it starts) is the
    consequence of an escalation, which is one cause and is reported as one.
    """
    return all(rule == ASSUMED for rule in power.rules)


def only_weakens(infrastructure: Infrastructure) -> Callable[[Power], frozenset[str]]:
    """The targets of which the calls that destroy copies are those that take the store's protection off: one cause, said once."""
    from policypack.authority import authority

    @cache
    def asked(identity: str, actions: frozenset[str]) -> frozenset[str]:
        weakens = [each for each in authority(infrastructure).alike(identity) if each.power.verb is Verb.WEAKEN]
        fitting = [each.targets for each in weakens if actions and actions.issubset(each.power.actions)]
        return joined(tuple(fitting))

    return lambda power: asked(power.identity, frozenset(power.actions))


def taking_all(infrastructure: Infrastructure, stores: Sequence[str]) -> Iterator[Held]:
    """Everybody who can take some of these stores and every backup of them, by address. The path is that of one store."""
    from policypack.authority import authority

    known = {each.address: each for each in infrastructure.identities if each.form != "group" and not each.resource.goes}
    if not known or not stores:
        return
    answers = authority(infrastructure)
    found = answers.taking(stores)
    for address in sorted(found.keys() & known.keys()):
        powers = one_a_target(found[address])
        for target in first_targets(powers, SHOWN):
            proved = answers.takes(address, target)
            if proved is not None and is_readable(proved):  # a policy that cannot be read is agent_can_destroy_data's
                others = (each.without(frozenset({target})) for each in powers)
                yield Held(known[address], (single(proved), *(each for each in others if each is not None)))
                break


def writes_objects(infrastructure: Infrastructure, each: Held) -> Outcome:
    """Whether an identity adds objects to the bucket that its worst power is about, by itself or by replication."""
    from policypack.authority import authority

    answers = authority(infrastructure)
    asked = adding(infrastructure, each)
    found = [answers.can(each.identity.address, action, each.worst.target).outcome for action in asked]
    return max(found, key=lambda outcome: outcome.rank, default=Outcome.NO)


def adding(infrastructure: Infrastructure, each: Held) -> tuple[str, ...]:
    """The actions that put something into the bucket that a power is about, in the words of its platform."""
    if not each.identity.grants:
        return ("s3:PutObject", "s3:ReplicateObject")
    from policypack.catalog.scoped import facts

    kinds = {store.resource.type for store in infrastructure.stores if store.address == each.worst.target}
    adds = facts(each.identity.language).adds
    return tuple(action for kind in sorted(kinds) for action in adds.get(kind, ()))


_LEAVING = ("organizations:LeaveOrganization", "account:CloseAccount", "organizations:CloseAccount")


def leaving(infrastructure: Infrastructure) -> Iterator[Held]:
    """The watched identities that can close an account of production, or take it out of its organisation.

    An account is seldom a resource of the inputs, so that its own calls are asked for as well (AWS Organizations User Guide,
    leaving an organization; Account Management Reference Guide, CloseAccount): they have no resource but the account itself.
    """
    from policypack.authority import authority

    homes = {str(store.domain) for store in infrastructure.production}
    for identity in watched(infrastructure) if homes else ():
        answers = authority(infrastructure)
        powers = [
            each
            for each in answers.alike(identity.address)
            if each.power.verb is Verb.REMOVE_DOMAIN and by_its_own_policies(each.power)
        ]
        for action in _LEAVING if identity.language == "aws" and str(identity.domain) in homes else ():
            decision = answers.can(identity.address, action, "*")
            if decision.outcome is Outcome.YES or (decision.outcome is Outcome.MAYBE and not _opaque(identity)):
                steps = tuple(
                    at(each.policy, f"{each.policy.name} allows {action}")
                    for each in decision.because
                    if each.effect == "Allow"
                )
                name = f"account {identity.domain}"
                powers.append(single(Power(identity.address, Verb.REMOVE_DOMAIN, name, decision.outcome, steps, (action,))))
        if powers:
            yield Held(identity, one_a_target(powers))


def _opaque(identity: Identity) -> bool:
    return any(isinstance(policy.document, Unknown) and policy.document.document is None for policy in identity.policies)


def who(identity: Identity) -> Evidence:
    """Why an identity counts as what it is."""
    kind = "an agent's" if identity.kind is IdentityKind.AGENT else f"of kind {identity.kind.value}"
    return Evidence(f"{identity.address} is {kind}: {identity.reason}", identity.address, identity.resource.location)


def missing(power: Power) -> tuple[Evidence, ...]:
    """What would settle a power that is only possible."""
    return (Evidence(f"not certain: {power.missing}", power.identity),) if power.missing else ()


def named(addresses: Iterable[str]) -> str:
    """The first few, and how many more there are."""
    found = list(dict.fromkeys(addresses))
    return listed(found[:SHOWN], len(found))


def listed(shown: Sequence[str], many: int) -> str:
    """Those that are shown, and how many more there are."""
    rest = many - len(shown)
    if rest > 0:
        return f"{', '.join(shown)} and {rest} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
