"""DEL-12."""

from collections.abc import Iterator

from policypack.authority.grants import or_bounded
from policypack.authority.held import by_its_own_policies, held, implied
from policypack.check import Finding, Severity, check
from policypack.model import Evidence, GuardKind, Infrastructure, Outcome, Power, Verb


@check(severity=Severity.CRITICAL, maps=["NIST AC-5", "NIST AC-6(1)", "ATT&CK T1490"], since="0.1.0")
def deleter_can_unprotect(infrastructure: Infrastructure) -> Iterator[Finding]:
    """Deletion protection is on, and an agent can turn it off.

    Why: a protection counts against those who cannot take it off. An agent that can makes it a second call of its own delete;
    and one that may not delete itself leaves the store open to the next destroy of anybody.

    Fix: deny the action that turns the protection off to whoever can delete, or keep it for people.

    Misses: protections outside the inputs. What an identity that may do everything can turn off is agent_holds_admin's to say.
    """
    protected = {
        store.address: guard
        for store in infrastructure.production
        for guard in store.having(GuardKind.DELETION_PROTECTION)
        if guard.holds is True and guard.enforced.value == "api"
    }

    def turns_off(power: Power) -> bool:
        guard = protected.get(power.target)
        removes = {action.lower() for action in guard.removed_by} if guard else set()
        return bool(removes & {action.lower() for action in power.actions}) and by_its_own_policies(power)

    destroys = {
        (each.identity.address, power.target): power.outcome
        for each in held(infrastructure, {Verb.DESTROY} if protected else set())
        for power in each.powers
    }
    for each in held(infrastructure, {Verb.WEAKEN} if protected else set(), wanted=turns_off):
        if implied(infrastructure, each.identity):
            continue
        guard = protected[each.worst.target]
        both = destroys.get((each.identity.address, each.worst.target)) is Outcome.YES
        deletes = "delete it" if both else "leave it to the next destroy"
        them = "it" if len(each.powers) == 1 else "them"
        yield Finding(
            each.identity.resource,
            f"It {each.can} turn off the deletion protection of {each.targets}{f' and then delete {them}' if both else ''}.",
            certain=each.certain,
            because=(*each.because, guard.evidence, Evidence(f"with it off it can {deletes}", each.worst.target)),
            fix=f"take {', '.join(each.worst.actions)} away{or_bounded(each.identity, 'deny it in a boundary')}",
        )
