"""STA-04."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import Evidence, Infrastructure, Resource


@check(severity=Severity.MEDIUM, maps=["NIST CM-5", "NIST CP-9"], since="0.1.0")
def state_holds_itself(infrastructure: Infrastructure) -> Iterator[Finding]:
    """The state's own bucket is managed by the state that lies in it.

    Why: a destroy of the root module deletes the bucket in the middle of the run, and with it the record of what is left
    to destroy and of what is gone.

    Fix: manage the state's bucket in a root module of its own, and take it out of this one with a `removed` block that
    has `destroy = false`.

    Misses: a backend whose bucket is named only at `terraform init`; backends that keep no state in a bucket.
    """
    for source in infrastructure.inputs:
        backend = source.backend
        if not isinstance(backend, Resource):
            continue
        for resource in source.resources:
            if resource.place == infrastructure.states.get(source.path) and not resource.goes:
                yield Finding(
                    resource,
                    "A destroy of this root module deletes its own state on the way.",
                    because=(Evidence("its backend keeps the state in this bucket", backend.address, backend.location),),
                    fix="move the bucket to a root module of its own: removed { … lifecycle { destroy = false } }",
                )
