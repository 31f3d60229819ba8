"""DEL-08."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import Evidence, Infrastructure, is_unknown


@check(severity=Severity.LOW, maps=["NIST CM-5"], since="0.1.0")
def prevent_destroy_missing(infrastructure: Infrastructure) -> Iterator[Finding]:
    """Terraform itself would destroy irreplaceable data without a question: `prevent_destroy` is not set.

    Why: it makes Terraform refuse a plan that destroys or replaces the resource. It is one more layer and never the
    only one: it binds no one who calls the API, and it goes when its block is removed (hashicorp/terraform#17599).

    Fix: add `lifecycle { prevent_destroy = true }` to the resource.

    Misses: plans and states that come without their configuration, which do not carry the lifecycle block; modules that
    were downloaded, whose resources their caller cannot change; containers, of which the stores inside are asked.
    """
    for store in infrastructure.production:
        lifecycle = store.resource.lifecycle
        downloaded = ".terraform/" in store.resource.location.file
        if store.tier != 1 or store.container or lifecycle is None or lifecycle.prevent_destroy is True or downloaded:
            continue
        certain = not is_unknown(lifecycle.prevent_destroy)
        said = "not set" if certain else "not known"
        yield Finding(
            store.resource,
            f"Terraform {'destroys' if certain else 'may destroy'} it without a question: prevent_destroy is {said}.",
            certain=certain,
            because=(Evidence(f"prevent_destroy is {said}", store.address, store.resource.at("lifecycle")),),
            fix="lifecycle { prevent_destroy = true }",
        )
