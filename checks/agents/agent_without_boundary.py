"""AGT-06."""

from collections.abc import Iterator

from policypack.authority.grants import at, can_be_limited, layers
from policypack.authority.held import DESTRUCTIVE, Held, held
from policypack.check import Finding, Severity, check
from policypack.model import Evidence, Infrastructure, Policy, Unknown


@check(severity=Severity.HIGH, maps=["NIST AC-6", "OWASP LLM03:2026"], since="0.1.0")
def agent_without_boundary(infrastructure: Infrastructure) -> Iterator[Finding]:
    """Nothing but its own policies limits an agent that can destroy: no boundary and no organisation's policy denies it.

    Why: a list of what is allowed grows with every task, and nobody reads it again. A deny in a boundary or in the
    organisation's policy wins over whatever is allowed later.

    Fix: attach a permissions boundary, or an organisation's policy to its account, that denies the destructive actions
    without a condition, and do not let it change either.

    Misses: guardrails attached outside the inputs. An identity that can destroy nothing is not asked for a boundary.
    """
    for each in held(infrastructure, DESTRUCTIVE, wanted=lambda power: not power.rules):
        if not can_be_limited(each.identity):
            continue
        limits = [(layer, policy) for layer, policy in layers(each.identity) if layer != "policy"]
        unknown = [policy for _, policy in limits if _unreadable(policy)]
        does = f"{each.worst.verb.value.replace('-', ' ')} {each.worst.target}"
        yield Finding(
            each.identity.resource,
            _said(each, limits, unknown),
            certain=each.certain and not unknown,
            because=(
                *each.because,
                *(at(policy, f"this {layer} leaves it open: {policy.name}") for layer, policy in limits),
                *(() if limits else (Evidence(f"no boundary and no organisation's policy denies it to {does}"),)),
            ),
            fix="deny the destructive actions in a permissions boundary that it cannot change",
        )


def _unreadable(policy: Policy) -> bool:
    return isinstance(policy.document, Unknown) and policy.document.document is None


def _said(each: Held, limits: list[tuple[str, Policy]], unknown: list[Policy]) -> str:
    if unknown:
        return "Whether its boundary or its organisation's policies deny what it can destroy cannot be told."
    if limits:
        return f"What limits it {'does' if each.certain else 'may'} not keep it from {each.targets}."
    return f"Only its own policies stand between it and {each.targets}."
