"""AGT-08."""

from collections.abc import Iterator

from policypack.authority.held import copied, held, watched
from policypack.check import Finding, Severity, check
from policypack.model import Evidence, Infrastructure, Verb


@check(severity=Severity.CRITICAL, maps=["OWASP NHI8", "OWASP ASI03", "NIST CM-4(1)"], since="0.1.0")
def agent_crosses_environments(infrastructure: Infrastructure) -> Iterator[Finding]:
    """An agent that is made for development or staging reaches production.

    Why: work in staging is careless by right. An identity of staging that reaches production turns the carelessness into an
    outage: that is how a company's volume and its backups were deleted within seconds.

    Fix: separate accounts, and policies that name the resources of their own environment.

    Misses: an environment that nothing names: no tag, name, path or setting. Tokens of platforms are token_without_scopes'.
    """
    stores = {**copied(infrastructure.production), **{store.address: store for store in infrastructure.production}}
    elsewhere = [each for each in watched(infrastructure) if each.environment and not each.environment.production]
    every, places = frozenset(Verb), frozenset(stores)
    for each in held(infrastructure, every, wanted=lambda _: places, identities=elsewhere):
        own = each.identity.environment
        if own is None:
            continue
        yield Finding(
            each.identity.resource,
            f"It is made for {own.name} and reaches production: it {each.can} {each.worst.verb.value.replace('-', ' ')} {each.targets}.",
            certain=each.certain,
            because=(
                Evidence(f"{each.identity.address} counts as {own.name}: {own.reason}", each.identity.address),
                *each.because,
                stores[each.worst.target].as_environment,
            ),
            fix="let it act in an account of its own environment, on resources that its policies name",
        )
