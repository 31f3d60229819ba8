"""AGT-01 and AGT-04."""

from collections.abc import Iterator

from policypack.authority.grants import or_bounded
from policypack.authority.held import by_its_own_policies, held
from policypack.check import Finding, Severity, check
from policypack.model import Infrastructure, Verb


@check(
    severity=Severity.CRITICAL,
    maps=["OWASP NHI5", "OWASP LLM03:2026", "OWASP ASI03", "NIST AC-6", "NIST AC-6(5)", "ATT&CK T1485"],
    since="0.1.0",
)
def agent_can_destroy_data(infrastructure: Infrastructure) -> Iterator[Finding]:
    """An agent, or whoever finds a static credential, can delete or overwrite production data.

    Why: an agent does what it may do, sooner or later: it means to tidy up, it takes production for staging, it follows a text
    that it was given. What its own policies do not allow, a role that it can assume may.

    Fix: take the destructive actions away from it (from the role that it assumes, too), or deny them in a boundary or an
    organisation's policy that it cannot change. Then let somebody else approve what is left.

    Misses: policies and roles outside the inputs. Data that only becomes reachable because it can change its own rights is
    agent_can_escalate's; what a role does inside a database is agent_owns_database_objects's; keys, copies and state have checks
    of their own. A policy that cannot be read is reported here, as uncertain, and not again for whatever else it may allow.
    """
    data = {store.address: store for store in infrastructure.production if store.kind not in {"key", "backup_vault"}}
    verbs = {Verb.DESTROY, Verb.OVERWRITE}

    stores = frozenset(data)
    # A token that its platform cannot limit loses nothing by a boundary.
    instead = {each.resource.place: each.fix for each in infrastructure.credentials if each.scoped is False and each.fix}
    for each in held(infrastructure, verbs, wanted=lambda power: by_its_own_policies(power) and stores, opaque=True):
        if each.identity.acts_in_database:
            continue
        through = " by becoming another identity" if each.worst.rules else ""
        yield Finding(
            each.identity.resource,
            f"It {each.can} destroy {each.targets}{through}.",
            certain=each.certain,
            because=(*each.because, data[each.worst.target].as_environment),
            fix=instead.get(each.identity.resource.place)
            or f"take {', '.join(each.worst.actions) or 'the destructive actions'} away{or_bounded(each.identity, 'deny it in a boundary')}",
        )
