"""AGT-12."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import Evidence, Infrastructure, is_unknown


@check(severity=Severity.HIGH, maps=["OWASP NHI5", "OWASP LLM03:2026", "NIST AC-6"], since="0.1.0")
def token_without_scopes(infrastructure: Infrastructure) -> Iterator[Finding]:
    """A token of a platform that holds production can do everything: the platform cannot limit it to some operations.

    Why: whoever finds such a token is its owner. A script or an agent that needs it for one harmless call holds, with
    the same string, the call that deletes the data.

    Fix: keep the token where only the apply job reads it, put production into a workspace that this token does not reach,
    and keep a copy of the data where it cannot be deleted with it.

    Misses: tokens that no file of the inputs names, and those that are kept under a name that says nothing. Of a token that
    its platform can limit, and that is seen only where it is kept, nobody knows whether it is limited: uncertain.
    """
    for credential in infrastructure.credentials:
        stores = [store for store in infrastructure.production if credential.reaches(store)]
        stores = [store for store in stores if not store.container] or stores
        if credential.scoped is True or not stores:
            continue
        certain = not is_unknown(credential.scoped)
        call = credential.destructive_action or "any API call"
        reached = tuple(
            Evidence(f"{credential.label}: {call} destroys {store.address}", store.address, store.resource.location)
            for store in stores[:3]
        )
        whole = "do everything in its environment" if credential.environment else "do all that the account can"
        yield Finding(
            credential.resource,
            f"Whoever finds this token {'can' if certain else 'may be able to'} {whole}.",
            certain=certain,
            because=(*credential.evidence, *reached),
            fix=credential.fix or "give the token to the apply job only, and keep a copy of the data out of its reach",
            cause=credential.label,
        )
