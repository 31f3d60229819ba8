"""What copies stores or guards them without being one, where a plan changes it.

The pictures before and after tell what that means for the stores of the inputs. Copies and guards are often managed apart from
what they are for, and what is done to them must be seen there too.
"""

from __future__ import annotations

from collections.abc import Iterator

from policypack.build.domains import Domains
from policypack.build.environments import environment_of
from policypack.build.estate import Estate
from policypack.model import Safeguard

_PARTS = {
    "snapshot": "copy",
    "recovery_point": "copy",
    **dict.fromkeys(("automated", "backup_plan", "backup_selection", "copy_plan", "dlm", "dump", "efs_backup"), "copies"),
    **dict.fromkeys(("registry_replication", "replication", "snapshot_schedule", "transfer"), "copies"),
    **dict.fromkeys(("account_protection", "guard", "object_lock", "recycle_bin", "scope_lock", "second_person"), "guard"),
    **dict.fromkeys(("vault_lock", "vault_policy", "versioning"), "guard"),
    "opaque": "opaque",
}


def safeguards(estate: Estate, domains: Domains) -> Iterator[Safeguard]:
    """The copies, what makes them, the guards, and what may hold anything, that the plans change."""
    for role, part in _PARTS.items():
        for each in estate.by_role.get(role, ()):
            if each.change is not None and set(each.change.actions) - {"no-op", "read", "create"}:
                entry = estate.entries[each.type]
                label = entry.label or entry.kind.replace("_", " ")
                yield Safeguard(each, part, label, environment_of(each, domains.of(each), estate))
