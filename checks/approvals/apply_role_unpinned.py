"""APR-05."""

from collections.abc import Iterator

from policypack.authority.gates import open_trusts
from policypack.check import Finding, Severity, check
from policypack.model import Evidence, Infrastructure, Unknown


@check(severity=Severity.CRITICAL, maps=["OWASP NHI4", "OWASP ASI03", "NIST AC-6", "NIST IA-9"], since="0.1.0")
def apply_role_unpinned(infrastructure: Infrastructure) -> Iterator[Finding]:
    """Runs that nobody approved get the identity that applies to production.

    Why: a pull request that adds a workflow is enough where any run of the repository becomes the role that applies: the
    environment with its reviewers is then a detour that nobody has to take.

    Fix: pin the trust to the protected environment (`repo:OWNER/REPO:environment:production`), and give plans a role of their own
    that can only read.

    Misses: subjects that a repository customised, and claims other than those that the catalog knows: uncertain at most. A trust in
    one branch is uncertain unless a branch rule of the inputs asks for a review. Identities that nothing of production depends on are
    not reported; one whose rights are not among the inputs is judged by its name.
    """
    for trust, applies in open_trusts(infrastructure):
        if applies is False:
            continue
        open_ends = [each for each in (trust.pinned, applies) if isinstance(each, Unknown)]
        yield Finding(
            trust.resource,
            "More runs than those that somebody approved become this identity, which applies."
            if not open_ends
            else "Runs that nobody approved may become this identity, which may apply.",
            certain=not open_ends,
            because=(
                Evidence(f"it lets in {trust.lets_in}", trust.resource.address, trust.evidence.location),
                *(Evidence(f"not certain: {each.reason}", trust.resource.address) for each in open_ends),
            ),
            fix="pin it to the protected environment, and let plans use another identity",
        )
