"""AGT-05."""

from collections.abc import Iterator

from policypack.authority.grants import broad, within_limits
from policypack.authority.held import DESTRUCTIVE, held, watched, who
from policypack.check import Finding, Severity, check
from policypack.model import Evidence, Identity, Infrastructure


@check(severity=Severity.CRITICAL, maps=["OWASP NHI5", "NIST AC-6(5)"], since="0.1.0")
def agent_holds_admin(infrastructure: Infrastructure) -> Iterator[Finding]:
    """An agent, or whoever finds a static credential, is an administrator: of everything, or of a whole service.

    Why: nobody wrote down what it needs, so it has what it does not need: it deletes, it unlocks, it reads secrets, it
    changes its own rights, it turns the audit trail off. None of these is reported again for an identity that may do
    everything and that nothing limits.

    Fix: allow the actions that its task needs, on the resources that it is about.

    Misses: tokens of platforms that cannot limit them, which are token_without_scopes'; grants under a condition. Where a boundary or an organisation's policy holds back everything that destroys what is
    among the inputs the finding is of low severity: what holds is then one document, and it can change.
    """
    services = {action.partition(":")[0].lower() for store in infrastructure.production for action in store.delete_actions}
    unlimited = {each.resource.place for each in infrastructure.credentials if each.scoped is False}
    for identity in watched(infrastructure):
        if identity.resource.place in unlimited:
            continue  # nobody could have given it less: token_without_scopes says so
        grants = list(broad(identity, services))
        grants = [each for each in grants if each.everything] or grants
        if not grants:
            continue
        within = within_limits(identity)
        harmless = within and bool(infrastructure.production) and not _can_destroy(infrastructure, identity)
        held_back = Evidence("a boundary or an organisation's policy denies what would destroy", identity.address)
        yield Finding(
            identity.resource,
            f"It may do {', '.join(dict.fromkeys(each.said for each in grants))}, on every resource"
            f"{'; what holds it back stands elsewhere' if harmless else ', within limits that stand elsewhere' if within else ''}.",
            certain=any(each.certain for each in grants),
            because=(who(identity), *(each.evidence for each in grants), *((held_back,) if harmless else ())),
            fix="allow the actions that its task needs, on the resources that it is about",
            at_most=Severity.LOW if harmless else Severity.CRITICAL,
        )


def _can_destroy(infrastructure: Infrastructure, identity: Identity) -> bool:
    return any(True for _ in held(infrastructure, DESTRUCTIVE, identities=[identity]))
