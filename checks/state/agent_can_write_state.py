"""STA-03."""

from collections.abc import Iterator

from policypack.authority.held import by_its_own_policies, held, implied
from policypack.check import Finding, Severity, check
from policypack.model import Evidence, Infrastructure, Resource, Verb


@check(severity=Severity.CRITICAL, maps=["NIST SI-7", "NIST CM-5"], since="0.1.0")
def agent_can_write_state(infrastructure: Infrastructure) -> Iterator[Finding]:
    """An agent can write, delete or roll back the state of production, or its lock.

    Why: the state says what Terraform owns. Whoever writes it chooses what the next apply destroys, and that apply runs with
    the rights of somebody else. An old state that was put back once had a whole production deleted.

    Fix: let an agent read plans, not states; let the apply job alone write the state and its lock.

    Misses: backends other than S3. A bucket that is not among the inputs is judged by its name, and taken to lie in the account
    whose credentials the backend uses; what its own policy refuses is not seen. Where its name is only given at `terraform
    init`, or its account cannot be told, the finding is uncertain. An identity that may do everything is agent_holds_admin's.
    """
    if not infrastructure.production:
        return
    for each in held(infrastructure, {Verb.WRITE_STATE}, wanted=by_its_own_policies):
        if implied(infrastructure, each.identity):
            continue
        yield Finding(
            each.identity.resource,
            f"It {each.can} write the state of production, or its lock ({each.targets}), and so choose what the next apply destroys.",
            certain=each.certain,
            because=(*each.because, *_unseen(infrastructure, each.worst.target)),
            fix=f"take {', '.join(each.worst.actions) or 'the writing'} on the state away",
        )


def _unseen(infrastructure: Infrastructure, path: str) -> Iterator[Evidence]:
    """That the bucket of an input's state is judged by its name alone, where that is so."""
    backend = next((source.backend for source in infrastructure.inputs if source.path == path), None)
    if not isinstance(backend, Resource) or backend.hides("bucket"):
        return
    name = backend.get("bucket")
    if not any(store.kind == "object_store" and store.resource.get("bucket") == name for store in infrastructure.stores):
        shown = f"the bucket {name}" if isinstance(name, str) else "a bucket whose name is not known"
        text = f"the backend keeps the state in {shown}, which is not among the inputs: its own policy is not judged"
        yield Evidence(text, backend.address, backend.location)
