"""DEL-10."""

import re
from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import Evidence, Infrastructure, Resource, Store, Unknown

_BACKUPS = re.compile(
    r"^(backup_retention|snapshot_retention|automat\w+_snapshot|automat\w+_backup|point_in_time_recovery|backup_policy)"
)


@check(severity=Severity.MEDIUM, maps=["NIST CM-5", "NIST CM-3"], since="0.1.0")
def protection_drift_ignored(infrastructure: Infrastructure) -> Iterator[Finding]:
    """Terraform does not look at a production store's protection: `ignore_changes` covers it.

    Why: once protection, retention or backups are ignored, switching them off by hand shows in no plan, and the argument
    in the configuration protects nothing any more while everybody reads it as if it did.

    Fix: name only what really drifts in `ignore_changes`, and never `all` on data.

    Misses: plans and states that come without their configuration, which do not carry the lifecycle block.
    """
    for store in infrastructure.production:
        for subject in _subjects(store):
            ignored = subject.lifecycle.ignore_changes if subject.lifecycle else ()
            watched = {guard.attribute.partition(".")[0] for guard in store.guards if guard.subject.address == subject.address}
            certain = not isinstance(ignored, Unknown)
            if isinstance(ignored, Unknown):
                names = ["what is not known"]
            elif ignored == "all":
                names = ["all"]
            else:
                tops = [re.split(r"[.\[]", name)[0] for name in ignored]
                names = [top for top in tops if top in watched - {"lifecycle"} or _BACKUPS.match(top)]
            if names:
                shown = ", ".join(names)
                yield Finding(
                    store.resource,
                    f"A change of its protection {'shows' if certain else 'may show'} in no plan: ignore_changes has {shown}.",
                    certain=certain,
                    because=(Evidence(f"ignore_changes: {shown}", subject.address, subject.at("lifecycle")),),
                    fix=f"remove {shown} from ignore_changes",
                    cause=f"{subject.type}:{shown}",
                )


def _subjects(store: Store) -> list[Resource]:
    """The store itself and the companions that carry its guards, each once."""
    return list({each.address: each for each in (store.resource, *(guard.subject for guard in store.guards))}.values())
