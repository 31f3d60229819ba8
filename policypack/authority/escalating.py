"""Who can change rights, and what follows from that: the one cause that agent_can_escalate speaks of."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from policypack.authority.alike import Alike, first_targets, one_a_target, single
from policypack.authority.answers import authority
from policypack.authority.grants import limited, rules_everything
from policypack.authority.held import (
    DESTRUCTIVE,
    SHOWN,
    Held,
    by_its_own_policies,
    implied,
    is_readable,
    listed,
    not_production,
    readable,
    rulers,
    watched,
)
from policypack.authority.once import once
from policypack.model import Identity, Infrastructure, Power, Verb

_NEW, _CHOSEN = "a new principal made by ", " with rights of its own choosing"


def gained_by(infrastructure: Infrastructure, identity: Identity) -> str:
    """The production stores that an identity can only destroy once it changed rights, "" where there are none."""
    powers = authority(infrastructure).alike(identity.address)
    lost = [each for each in powers if each.power.verb is Verb.DESTROY and not by_its_own_policies(each.power)]
    kept = (each.among(_production(infrastructure)) for each in lost)
    found = one_a_target(each for each in kept if each is not None)
    return listed(first_targets(found, SHOWN), sum(len(each.targets) for each in found)) if found else ""


@once
def _production(infrastructure: Infrastructure) -> frozenset[str]:
    return frozenset(store.address for store in infrastructure.production)


def escalating(infrastructure: Infrastructure) -> Iterator[Held]:
    """The watched identities that can change rights, with what they become, where that can destroy something of production.

    A role that can do no harm is no gain; rights of one's own choosing are, unless a boundary leaves nothing to choose. Where
    the inputs show no store at all, what there is to lose lies elsewhere: to become who may do everything, by whatever step, is
    told then. For whom all of this follows from what it may do already, it is not told.
    """
    if infrastructure.stores and not infrastructure.production:
        return
    for identity in watched(infrastructure):
        if infrastructure.stores and not implied(infrastructure, identity):
            becomes = list(_harmful(infrastructure, identity))
        elif not infrastructure.stores and not rules_everything(identity):
            becomes = [single(each) for each in _unlimited(infrastructure, identity)]
        else:
            becomes = []
        if becomes:
            yield Held(identity, one_a_target(becomes))


def _harmful(infrastructure: Infrastructure, identity: Identity) -> Iterator[Alike]:
    """What it becomes by more than assuming a role, and what can destroy something of production."""
    powers = [each for each in authority(infrastructure).alike(identity.address) if is_readable(each.power)]
    if not any(_harms(each, infrastructure) for each in powers):
        return
    harmless = _harmless(infrastructure)
    for each in powers:
        if each.power.verb is Verb.ESCALATE and (kept := each.without(harmless.among(each.targets))) is not None:
            yield kept


def _harms(each: Alike, infrastructure: Infrastructure) -> bool:
    return each.power.verb in DESTRUCTIVE and each.without(not_production(infrastructure)) is not None


@once
def _addresses(infrastructure: Infrastructure) -> frozenset[str]:
    return frozenset(each.address for each in infrastructure.identities)


class _Harmless:
    """The identities that can do nothing to production, as far as anybody asked about them."""

    def __init__(self, infrastructure: Infrastructure) -> None:
        self._infrastructure = infrastructure
        self._asked: set[str] = set()
        self._found: frozenset[str] = frozenset()

    def among(self, targets: Collection[str]) -> frozenset[str]:
        """Those who are harmless, of these at least."""
        fresh = _addresses(self._infrastructure).intersection(targets) - self._asked
        if fresh:
            answers = authority(self._infrastructure)
            harmless = (each for each in fresh if not any(_harms(one, self._infrastructure) for one in answers.alike(each)))
            self._asked |= fresh
            self._found |= frozenset(harmless)
        return self._found


@once
def _harmless(infrastructure: Infrastructure) -> _Harmless:
    return _Harmless(infrastructure)


def _unlimited(infrastructure: Infrastructure, identity: Identity) -> Iterator[Power]:
    """What it becomes, and what may do everything."""
    for each in readable(authority(infrastructure).reaches(identity.address)):
        if _may_do_everything(infrastructure, each.target):
            yield each


def _may_do_everything(infrastructure: Infrastructure, target: str) -> bool:
    """Whether what is become may do everything, or whatever the caller writes down for it, and nothing limits it."""
    if target in rulers(infrastructure):
        return True
    chosen = target.removeprefix(_NEW) if target.startswith(_NEW) else target.removesuffix(_CHOSEN)
    return chosen != target and any(each.address == chosen and not limited(each) for each in infrastructure.identities)
