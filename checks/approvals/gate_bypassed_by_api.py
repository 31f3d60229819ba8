"""APR-07."""

from collections.abc import Iterator

from policypack.authority.gated import held_up
from policypack.authority.gates import bearers, beside_the_gates
from policypack.check import Finding, Severity, check
from policypack.model import Evidence, Infrastructure, Verb
from policypack.model.approvals import Gate


@check(severity=Severity.CRITICAL, maps=["OWASP LLM03:2026", "OWASP ASI02", "NIST AC-3", "NIST AC-6"], since="0.1.0")
def gate_bypassed_by_api(infrastructure: Infrastructure) -> Iterator[Finding]:
    """There is an approval before production is changed, and an agent reaches the same data without it.

    Why: a gate in the pipeline stops the pipeline. An agent that holds a token or a role with the right to delete calls the API, and
    nobody is asked: that is how a production volume and its backups went in nine seconds.

    Fix: take the destructive rights away from every identity but the one that applies behind the gate, and keep its secrets where
    only runs get them that somebody approved.

    Misses: agents whose rights are not among the inputs; secrets whose names say nothing. Gates that do not hold are apply_without_human's.
    """
    for secret in infrastructure.approvals.open_secrets:
        yield Finding(
            secret.resource,
            f"Every run reads this secret of production, also one that never meets {secret.gate.resource.address}.",
            because=(secret.evidence, Evidence("it lies beside the environment, not in it", secret.resource.address)),
            fix="keep it in the environment that makes somebody approve",
            at_most=Severity.HIGH,
        )
    gates = [gate for gate in infrastructure.approvals.production if gate.asks is True and gate.holds is not False]
    if not gates:
        return
    for each in beside_the_gates(infrastructure):
        opens = each.worst.verb is Verb.WEAKEN
        said = f"{each.identity.address} {each.can} {'take off what protects' if opens else 'destroy'} {each.targets}"
        milder = opens and held_up(infrastructure, each)
        for gate in gates:
            yield _beside(gate, said, each.because, certain=each.certain, milder=bool(milder))
        return
    for credential, there in bearers(infrastructure):
        for gate in gates:
            said = f"whoever finds the {credential.label} ({credential.resource.address}) can destroy {there}"
            yield _beside(gate, said, credential.evidence, certain=True)
        return


def _beside(gate: Gate, said: str, proof: tuple[Evidence, ...], *, certain: bool, milder: bool = False) -> Finding:
    return Finding(
        gate.resource,
        f"This {gate.label} is not the only way to production: {said} by calling the API.",
        certain=certain,
        because=(gate.asked, *proof),
        fix="take the destructive rights away from whoever does not apply behind the gate",
        at_most=Severity.HIGH if milder else Severity.CRITICAL,
    )
