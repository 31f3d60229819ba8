"""STA-01."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import Evidence, Infrastructure, Resource, replace


@check(severity=Severity.HIGH, maps=["NIST CM-3", "NIST CM-5", "NIST CP-9"], since="0.1.0")
def state_local(infrastructure: Infrastructure) -> Iterator[Finding]:
    """Production is managed from a state file on somebody's disk.

    Why: a local state has no lock, no versions and no second copy. On another machine, or after the file is lost,
    Terraform believes that nothing exists; the next run creates it all again, and cleaning that up deletes the wrong half.

    Fix: add a `backend` or `cloud` block with a remote, locking, versioned backend.

    Misses: a backend that a wrapper (Terragrunt, a CI step) writes at run time; plans that come without their
    configuration, which do not carry the backend.
    """
    for source in infrastructure.inputs:
        backend = source.backend
        local = backend is None or (isinstance(backend, Resource) and backend.type == "local")
        if not (local and source.is_root and source.has_source and source.kind != "state"):
            continue
        stores = [store for store in infrastructure.production if store.resource.inside == source.path]
        if not stores:
            continue
        said = Evidence("there is no backend or cloud block")
        if isinstance(backend, Resource):
            said = Evidence('the backend is "local"', backend.address, backend.location)
        first = stores[0].resource
        place = said.location or next(
            iter(first.module_calls), first.location
        )  # a line of the root: others call its modules too
        held = Evidence(f"its state holds {stores[0].address} ({stores[0].environment.reason})", stores[0].address)
        yield Finding(
            replace(source.itself, location=place),
            "The state of production is a file on one disk: no lock, no versions, no second copy.",
            because=(said, held),
            fix='terraform { backend "s3" { bucket = "…", key = "…", use_lockfile = true } }',
        )
