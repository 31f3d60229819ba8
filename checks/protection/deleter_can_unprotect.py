"""DEL-12."""

from collections.abc import Iterator
from functools import cache

from policypack.authority.alike import joined
from policypack.authority.gated import held_up
from policypack.authority.grants import or_bounded
from policypack.authority.held import by_its_own_policies, held, implied
from policypack.check import Finding, Severity, check
from policypack.model import Evidence, GuardKind, Infrastructure, Outcome, Power, Verb


@check(severity=Severity.CRITICAL, maps=["NIST AC-5", "NIST AC-6(1)", "ATT&CK T1490"], since="0.1.0")
def deleter_can_unprotect(infrastructure: Infrastructure) -> Iterator[Finding]:
    """Deletion protection is on, and an agent can turn it off.

    Why: a protection counts against those who cannot take it off. An agent that can makes it a second call of its own delete;
    and one that may not delete itself leaves the store open to the next destroy of anybody. The severity is high where everybody
    else who could destroy it is known to wait for an approval.

    Fix: deny the action that turns the protection off to whoever can delete, or keep it for people.

    Misses: protections outside the inputs. What an identity that may do everything can turn off is agent_holds_admin's to say.
    """
    protected = {
        store.address: guard
        for store in infrastructure.production
        for guard in store.having(GuardKind.DELETION_PROTECTION)
        if guard.holds is True and guard.enforced.value == "api"
    }

    @cache
    def off(actions: tuple[str, ...]) -> frozenset[str]:
        called = {action.lower() for action in actions}
        return frozenset(place for place, guard in protected.items() if not called.isdisjoint(map(str.lower, guard.removed_by)))

    def turns_off(power: Power) -> frozenset[str] | bool:
        return by_its_own_policies(power) and off(tuple(power.actions))

    destroys = {
        each.identity.address: joined(tuple(one.targets for one in each.alike if one.power.outcome is Outcome.YES))
        for each in held(infrastructure, {Verb.DESTROY} if protected else set())
    }
    for each in held(infrastructure, {Verb.WEAKEN} if protected else set(), wanted=turns_off):
        if implied(infrastructure, each.identity):
            continue
        both = each.worst.target in destroys.get(each.identity.address, ())
        left = Evidence(f"with it off it can {'delete it' if both else 'leave it to the next destroy'}", each.worst.target)
        then = f" and then delete {'it' if each.count == 1 else 'them'}" if both else ""
        gates = held_up(infrastructure, each)
        yield Finding(
            each.identity.resource,
            f"It {each.can} turn off the deletion protection of {each.targets}{then}.",
            certain=each.certain,
            because=(*each.because, protected[each.worst.target].evidence, left, *gates),
            fix=f"take {', '.join(each.worst.actions)} away{or_bounded(each.identity, 'deny it in a boundary')}",
            at_most=Severity.HIGH if gates else Severity.CRITICAL,
        )
