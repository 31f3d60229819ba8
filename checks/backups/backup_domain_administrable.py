"""BKP-18."""

from collections.abc import Iterator

from policypack.authority.domains import openings
from policypack.authority.held import named
from policypack.check import Finding, Severity, check
from policypack.model import Infrastructure


@check(severity=Severity.CRITICAL, maps=["NIST AC-5", "NIST AC-6", "CIS 11.4", "ATT&CK T1490"], since="0.1.0")
def backup_domain_administrable(infrastructure: Infrastructure) -> Iterator[Finding]:
    """The account that holds the isolated copies can be administered from the account that it was isolated from.

    Why: a second account is a second account only for those who cannot get in. A role in it that trusts the first one hands
    the copies to whoever holds the first one, and intruders look for exactly that role.

    Fix: take the trust away, or leave the role only what a writer of copies needs. Administer that account with identities of
    its own.

    Misses: roles of that account outside the inputs, `OrganizationAccountAccessRole` among them.
    """
    for opening in openings(infrastructure):
        yield Finding(
            opening.role.resource,
            f"It lets {opening.enters} in, and {opening.can}: {opening.role.domain} holds copies of {named(opening.stores)}.",
            certain=opening.certain,
            because=opening.because,
            fix="take the trust away, or leave it only what a writer of copies needs",
        )
