"""AGT-14."""

from collections.abc import Iterator

from policypack.authority.held import by_its_own_policies, held, implied
from policypack.check import Finding, Severity, check
from policypack.model import Infrastructure, Verb

_DOES = {
    Verb.DESTROY_KEY: "make {} useless, and what is encrypted with it unreadable",
    Verb.WEAKEN: "disable {}, or change who may use it",
}


@check(severity=Severity.HIGH, maps=["NIST SC-12", "NIST CP-9(8)", "ATT&CK T1485", "ATT&CK T1486"], since="0.1.0")
def agent_can_destroy_keys(infrastructure: Infrastructure) -> Iterator[Finding]:
    """An agent can destroy, disable or take over the keys that production or its copies are encrypted with.

    Why: data under a destroyed key is gone, with every backup that the same key encrypts, whatever lock they are under. A key
    policy that it can replace is the same thing one call later.

    Fix: keep the administration of keys with people, and deny it to agents in the key's own policy.

    Misses: keys outside the inputs. An identity that may do everything is agent_holds_admin's.
    """
    keys = frozenset(store.address for store in infrastructure.production if store.kind == "key")
    verbs = {Verb.DESTROY_KEY, Verb.WEAKEN}
    for each in held(infrastructure, verbs, wanted=lambda power: by_its_own_policies(power) and keys):
        if implied(infrastructure, each.identity):
            continue
        yield Finding(
            each.identity.resource,
            f"It {each.can} {_DOES[each.worst.verb]}.".format(each.targets),
            certain=each.certain,
            because=each.because,
            fix=f"take {', '.join(each.worst.actions) or 'the administration of keys'} away",
        )
