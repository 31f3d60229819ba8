"""AGT-02."""

from collections.abc import Iterator

from policypack.authority.gated import held_up
from policypack.authority.grants import or_bounded
from policypack.authority.held import Held, by_its_own_policies, held, implied
from policypack.check import Finding, Severity, check
from policypack.model import Infrastructure, Verb


@check(severity=Severity.CRITICAL, maps=["OWASP NHI5", "NIST AC-6(1)", "NIST CM-5", "ATT&CK T1490"], since="0.1.0")
def agent_can_weaken_guards(infrastructure: Infrastructure) -> Iterator[Finding]:
    """An agent, or whoever finds a static credential, can take off what protects production or its copies.

    Why: protection is one call away from being gone: modify, then delete. Whoever may only modify prepares the loss that
    somebody else's next destroy completes, and a retention of zero deletes the backups by itself. Where it cannot destroy anything
    of it, and whoever else can is known to wait for an approval, the severity is high.

    Fix: take the modifying actions away from it, or deny them in a boundary that it cannot change.

    Misses: guards outside the inputs. An identity that may do everything is agent_holds_admin's, and the owner of a
    database's objects agent_owns_database_objects's.
    """
    guarded = {store.address for store in infrastructure.production if store.kind != "key"}
    for vault in infrastructure.vaults:
        if vault.environment.production or guarded.intersection(vault.stores):
            guarded.add(vault.resource.address)
    places = frozenset(guarded)
    for each in held(infrastructure, {Verb.WEAKEN}, wanted=lambda power: by_its_own_policies(power) and places):
        if implied(infrastructure, each.identity) or _owned(infrastructure, each):
            continue
        gates = held_up(infrastructure, each)
        yield Finding(
            each.identity.resource,
            f"It {each.can} take off what protects {each.targets}.",
            certain=each.certain,
            because=(*each.because, *gates),
            fix=f"take {', '.join(each.worst.actions) or 'the modifying actions'} away{or_bounded(each.identity, 'deny it in a boundary')}",
            at_most=Severity.HIGH if gates else Severity.CRITICAL,
        )


def _owned(infrastructure: Infrastructure, each: Held) -> bool:
    """Whether it is a role of a database that destroys all of it anyway: whoever owns an object alters it."""
    if not each.identity.acts_in_database:
        return False
    destroying = list(held(infrastructure, {Verb.DESTROY}, wanted=by_its_own_policies, identities=[each.identity], opaque=True))
    return each.reached.issubset(*(one.reached for one in destroying)) if destroying else False
