"""AGT-01 for the copies: what BKP-03 asks of everybody, asked of agents alone."""

from collections.abc import Iterator

from policypack.authority.held import by_its_own_policies, copied, held, implied, only_weakens
from policypack.check import Finding, Severity, check
from policypack.model import Infrastructure, Power, Verb


@check(severity=Severity.CRITICAL, maps=["OWASP NHI5", "NIST CP-9(8)", "CIS 11.3", "ATT&CK T1490"], since="0.1.0")
def agent_can_destroy_copies(infrastructure: Infrastructure) -> Iterator[Finding]:
    """An agent, or whoever finds a static credential, can delete what production would be restored from.

    Why: copies are deleted first by those who mean harm, and along with the rest by those who mean to clean up. The loss is
    noticed on the day when the copy is needed.

    Fix: take the actions that delete snapshots, recovery points and the objects of backup buckets away from it, and lock what
    holds the copies in compliance mode.

    Misses: copies outside the inputs. Where the call is the one that also takes the protection off (a retention of zero deletes
    the backups), agent_can_weaken_guards says it. An identity that may do everything is agent_holds_admin's.
    """
    places = {*copied(infrastructure.production), *(store.address for store in infrastructure.production)}
    places |= {vault.resource.address for vault in infrastructure.vaults if places.intersection(vault.stores)}
    weakens = only_weakens(infrastructure)
    kept = frozenset(places)

    def wanted(power: Power) -> frozenset[str] | bool:
        return by_its_own_policies(power) and kept - weakens(power)

    for each in held(infrastructure, {Verb.DESTROY_COPIES}, wanted=wanted):
        if implied(infrastructure, each.identity):
            continue
        yield Finding(
            each.identity.resource,
            f"It {each.can} delete copies of production: those of {each.targets}.",
            certain=each.certain,
            because=each.because,
            fix=f"take {', '.join(each.worst.actions) or 'the actions'} away, and lock what holds the copies",
        )
