"""STA-06."""

from collections.abc import Iterator

from policypack.authority.held import by_its_own_policies, held, implied
from policypack.authority.keys import keys_of_state
from policypack.check import Finding, Severity, check
from policypack.model import Evidence, Infrastructure, Verb


@check(severity=Severity.MEDIUM, maps=["NIST SC-12", "ATT&CK T1485"], since="0.1.0")
def state_key_destroyable(infrastructure: Infrastructure) -> Iterator[Finding]:
    """An agent can destroy the key that production's state is encrypted with.

    Why: a state that cannot be decrypted is a state that is lost: Terraform no longer knows what exists, and versions of the
    bucket are under the same key.

    Fix: keep the administration of that key with people.

    Misses: keys outside the inputs. An identity that may do everything is agent_holds_admin's.
    """
    keys = keys_of_state(infrastructure)
    if not keys:
        return
    places = frozenset(keys)
    for each in held(infrastructure, {Verb.DESTROY_KEY}, wanted=lambda power: by_its_own_policies(power) and places):
        if implied(infrastructure, each.identity):
            continue
        used = Evidence(f"{each.worst.target} encrypts the state of {keys[each.worst.target]}", each.worst.target)
        yield Finding(
            each.identity.resource,
            f"It {each.can} make {each.targets} useless, and with it the state.",
            certain=each.certain,
            because=(*each.because, used),
            fix=f"take {', '.join(each.worst.actions) or 'the administration of the key'} away",
        )
