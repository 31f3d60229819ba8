"""Whether everybody else who could destroy something waits for an approval first: then what an agent prepared is not finished by
the next apply, unless somebody says yes to it."""

from __future__ import annotations

from msgspec import Struct

from policypack.authority.alike import joined
from policypack.authority.gates import applying_to_production
from policypack.authority.held import Held
from policypack.authority.once import once
from policypack.model import Credential, Evidence, Identity, Infrastructure, Verb, replace
from policypack.model.approvals import Gate

_DATA = frozenset({Verb.DESTROY, Verb.OVERWRITE})


class Destroyers(Struct, frozen=True):
    """Who destroys what, by address, and the gates in front of those who have to pass one."""

    reached: dict[str, frozenset[str]]
    behind: dict[str, tuple[Gate, ...]]

    @property
    def free(self) -> frozenset[str]:
        """What somebody destroys, or may destroy, whom nothing holds up for certain."""
        return frozenset().union(*(targets for who, targets in self.reached.items() if who not in self.behind))


def held_up(infrastructure: Infrastructure, each: Held) -> tuple[Evidence, ...]:
    """The gates in front of everybody who could destroy what an agent lays open; none where it destroys some of it itself, or where
    it is not certain that all others have to pass one.

    What a policy on a store keeps from others is not worked out, nor who empties a vault.
    """
    if not each.reached <= _open_to_all(infrastructure) or not _all_gates_hold(infrastructure):
        return ()
    known = _destroyers(infrastructure)
    if each.reached & (known.free | known.reached.get(each.identity.address, frozenset())):
        return ()
    gates = {
        gate.resource.place: gate for who, gates in known.behind.items() if known.reached[who] & each.reached for gate in gates
    }
    said = "whoever else could destroy it waits for an approval"
    return tuple(Evidence(f"{said}: {one.asked.text}", one.resource.address, one.resource.location) for one in gates.values())


@once
def _open_to_all(infrastructure: Infrastructure) -> frozenset[str]:
    """The stores of production that have no policy of their own."""
    guarded = infrastructure.resource_policies
    return frozenset(each.address for each in infrastructure.production if each.resource.place not in guarded)


@once
def _destroyers(infrastructure: Infrastructure) -> Destroyers:
    """Who would destroy what if nothing guarded it any more."""
    from policypack.authority import Authority

    bare = tuple(replace(each, guards=()) for each in infrastructure.stores)
    answers = Authority(replace(infrastructure, stores=bare))
    acting = [each for each in infrastructure.identities if each.form != "group" and not each.resource.goes]
    powers = {each.address: [one.targets for one in answers.alike(each.address) if one.power.verb in _DATA] for each in acting}
    gates = {each.address: _before(infrastructure, each) for each in acting if powers[each.address]}
    reached = {address: joined(tuple(targets)) for address, targets in powers.items()}
    return Destroyers(reached, {address: before for address, before in gates.items() if before})


@once
def _all_gates_hold(infrastructure: Infrastructure) -> bool:
    """Whether production has a gate, each of them holds for certain, nobody passes by one and all jobs meet one."""
    approvals = infrastructure.approvals
    providers = {store.domain.provider for store in infrastructure.production}
    ways_around = (
        *(gate for gate in approvals.production if not _holds(gate)),
        *(right for right in approvals.rights if right.actor.agent is not False),
        *(guard for guard in approvals.self_reviews if guard.holds is not True),
        *(each for each in applying_to_production(infrastructure) if not each.gates or each.unseen),
        *(each for each in infrastructure.credentials if each.provider in providers and _is_bearers(each)),
        *approvals.open_secrets,
    )
    return bool(approvals.production) and not ways_around


def _is_bearers(credential: Credential) -> bool:
    """Whether whoever finds it may do everything, or what the provider of the configuration may do."""
    return credential.scoped is not True or credential.resource.mode == "provider"


def _holds(gate: Gate) -> bool:
    """Whether people who are known decide at a gate, and nobody passes by."""
    people = all(actor.agent is False and not actor.passes for actor in gate.actors)
    return gate.holds is True and people and (bool(gate.actors) if gate.policed is None else gate.policed is True)


def _before(infrastructure: Infrastructure, identity: Identity) -> tuple[Gate, ...]:
    """The gates that stand before an identity; none where it is not certain that every way to become it meets one."""
    trusts = [each for each in infrastructure.approvals.trusts if each.resource.place == identity.resource.place]
    gates = tuple(gate for each in trusts for gate in each.gates)
    pinned = all(each.pinned is True and each.gates for each in trusts) and all(map(_holds, gates))
    return gates if pinned and _by_token_only(identity) else ()


def _by_token_only(identity: Identity) -> bool:
    """Whether nobody becomes it but with a token of an identity provider."""
    from policypack.authority.aws.document import statements

    allowing = [each for each in statements(identity.trust) if each.effect == "Allow"] if identity.trust is not None else []
    named = [() if each.doubt or each.not_principals else each.principals or () for each in allowing]
    return bool(named) and all(bool(each) and all(kind == "Federated" for kind, _ in each) for each in named)
