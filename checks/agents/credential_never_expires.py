"""AGT-09."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import Credential, Infrastructure, is_unknown


@check(severity=Severity.HIGH, maps=["OWASP NHI4"], since="0.1.0")
def credential_never_expires(infrastructure: Infrastructure) -> Iterator[Finding]:
    """A credential that Terraform makes or is given works for ever.

    Why: a static key outlives the reason it was made for. It lies in states, shells and log files, and whoever reads one
    of them a year later, an agent that looks for credentials included, is that identity.

    Fix: replace it with a role that is assumed for the length of a job (OIDC federation), or let it expire.

    Misses: credentials that were made outside Terraform.
    """
    for credential in infrastructure.credentials:
        if credential.expires is True or _elsewhere(credential, infrastructure):
            continue
        certain = not is_unknown(credential.expires)
        yield Finding(
            credential.resource,
            f"This {credential.label} {'never expires' if certain else 'may never expire'}: whoever finds it stays that identity.",
            certain=certain,
            because=credential.evidence,
            fix=credential.fix or "use a role that is assumed for the length of a job, or set an expiry",
            cause=credential.label,
        )


def _elsewhere(credential: Credential, infrastructure: Infrastructure) -> bool:
    """A token without scopes is one cause: token_without_scopes speaks of it. One that reaches no production is none, wherever it is kept."""
    reached = [store for store in infrastructure.stores if credential.reaches(store)]
    production = any(store.environment.production and not store.resource.goes for store in reached)
    only_kept = credential.kept and not reached
    return only_kept or (production and credential.scoped is not True) or (bool(reached) and not production)
