"""PLN-09."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import Evidence, Infrastructure, Input

_A_HANDFUL = 5
_ROUTINE = {
    "aws_ecs_task_definition",
    "aws_launch_configuration",
    "aws_launch_template",
    "aws_security_group_rule",
    "aws_vpc_security_group_egress_rule",
    "aws_vpc_security_group_ingress_rule",
}
_NOTHING_REAL = ("null_", "random_", "time_", "local_", "tls_", "terraform_data", "archive_", "external_")


@check(severity=Severity.MEDIUM, maps=["NIST CM-3", "NIST CM-4(1)"], since="0.1.0")
def blast_radius_exceeded(infrastructure: Infrastructure) -> Iterator[Finding]:
    """The plan destroys more than a change normally does.

    Why: the mistakes that cost whole platforms (a wrong state, a wrong workspace, a renamed module) show first in the
    number of deletions. A ceiling stops them before anybody knows the reason.

    Fix: look at why so much goes. Where it is meant, split the change, or raise `changes.max_destroyed` in policypack.yaml.

    Misses: few deletions that matter much: store_deleted looks at those. A share says nothing about fewer than five.
    """
    limits = infrastructure.thresholds
    for source in infrastructure.inputs:
        destroyed = {name: count for name, count in source.destroyed.items() if not _routine(name)}
        total, gone = sum(source.counts.values()), sum(destroyed.values())
        share = gone / total if total else 0.0
        too_many = gone > limits.max_destroyed
        if not (too_many or (gone >= _A_HANDFUL and share > limits.max_destroyed_share)) or _elsewhere(source, infrastructure):
            continue
        most = sorted(destroyed.items(), key=lambda item: (-item[1], item[0]))[:5]
        limit = f"at most {limits.max_destroyed}" if too_many else f"at most {limits.max_destroyed_share:.0%} of all"
        yield Finding(
            source.itself,
            f"The plan destroys {gone} of {total} resources; the limit is {limit}.",
            because=tuple(Evidence(f"{count} of {name}") for name, count in most),
            fix="split the change, or raise changes.max_destroyed in policypack.yaml for this plan",
            cause="count" if too_many else "share",
        )


def _routine(name: str) -> bool:
    """What is replaced at every deployment and holds nothing."""
    return name in _ROUTINE or name.startswith(_NOTHING_REAL)


def _elsewhere(source: Input, infrastructure: Infrastructure) -> bool:
    """Whether everything that this input is known to hold belongs to an environment that may be torn down."""
    stores = [store for store in infrastructure.stores if store.resource.inside == source.path]
    return bool(stores) and not any(store.environment.production for store in stores)
