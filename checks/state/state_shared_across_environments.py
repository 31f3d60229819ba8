"""STA-05."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import Evidence, Infrastructure, Store, replace


@check(severity=Severity.HIGH, maps=["NIST CM-4(1)"], since="0.1.0")
def state_shared_across_environments(infrastructure: Infrastructure) -> Iterator[Finding]:
    """Production and another environment live in one state.

    Why: whoever may tear down the test environment works in the state that also holds production. One wrong target, one
    wrong variable, one lost file, and production is in the plan.

    Fix: give each environment a root module and a state of its own.

    Misses: environments that nothing tells apart: no tag, no name, no path, no setting.
    """
    for source in infrastructure.inputs:
        if source.kind == "module" and not source.is_root:
            continue
        stores = [store for store in infrastructure.stores if store.resource.inside == source.path and not store.resource.goes]
        known = [store for store in stores if store.environment.recognised]
        production = [store for store in known if store.environment.production]
        others = [store for store in known if not store.environment.production]
        if production and others:
            yield Finding(
                replace(source.itself, location=others[0].resource.location),
                f"One state holds production and {others[0].environment.name}.",
                because=(_placed(production[0]), _placed(others[0])),
                fix="give each environment a root module and a state of its own",
            )


def _placed(store: Store) -> Evidence:
    text = f"{store.address} is {store.environment.name}: {store.environment.reason}"
    return Evidence(text, store.address, store.resource.location)
