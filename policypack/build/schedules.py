"""Backups that a service makes on a schedule of its own: snapshots by tag (Data Lifecycle Manager), and those of a file system.

Both stay in the account of what they copy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from policypack.build.domains import Domains
from policypack.build.estate import Estate
from policypack.model import Copy, CopyKind, Evidence, Resource, Truth, Unknown, Value, lookup, same_domain

_TAKES = {"VOLUME": "EBS", "INSTANCE": "EC2"}
_DAYS = {"DAYS": 1, "WEEKS": 7, "MONTHS": 30, "YEARS": 365}
# AWS keeps automatic backups of a file system for 35 days.
_FILE_SYSTEM_DAYS = 35


class Schedules(Struct, frozen=True):
    """What scheduled services copy."""

    estate: Estate
    domains: Domains

    def copies(self, stores: Sequence[Resource]) -> Iterator[Copy]:
        """The copies of all stores."""
        for policy in self.estate.playing("dlm"):
            if policy.get("state") != "DISABLED":
                for store in stores:
                    yield from self._snapshots(policy, store)
        for each in self.estate.playing("efs_backup"):
            yield from self._file_system(each)

    def _snapshots(self, policy: Resource, store: Resource) -> Iterator[Copy]:
        taken = policy.get("policy_details.resource_types")
        service = self.estate.entries[store.type].backup_service
        if not isinstance(taken, list) or service not in {_TAKES.get(str(each), "") for each in taken}:
            return
        if same_domain(self.domains.of(policy), self.domains.of(store)) is False:
            return
        matched = self._matched(policy.get("policy_details.target_tags"), store)
        if matched is False:
            return
        schedules = lookup(policy.values, "policy_details.schedule")
        for schedule in schedules if isinstance(schedules, list) else []:
            text = f"{policy.address} makes snapshots of what carries its tags"
            yield Copy(
                store.address,
                CopyKind.SNAPSHOT,
                policy,
                self.domains.of(policy),
                dies_with_store=False,
                evidence=Evidence(text, policy.address, policy.at("policy_details")),
                retention_days=_kept(schedule),
                certain=matched,
            )

    def _matched(self, wanted: Value, store: Resource) -> Truth:
        """Whether the store carries one of the tags that the policy looks for."""
        tags = self.estate.tags(store)
        if isinstance(wanted, Unknown) or isinstance(tags, Unknown):
            return wanted if isinstance(wanted, Unknown) else tags  # type: ignore[return-value]
        found: Truth = False
        for key, value in wanted.items() if isinstance(wanted, dict) else ():
            mine = tags.get(key)
            if isinstance(mine, Unknown) or (isinstance(value, Unknown) and mine is not None):
                found = mine if isinstance(mine, Unknown) else value  # type: ignore[assignment]
            elif mine is not None and mine == value:
                return True
        return found

    def _file_system(self, policy: Resource) -> Iterator[Copy]:
        status = policy.get("backup_policy.status")
        fact = self.estate.entries[policy.type].companion
        if status is None or status == "DISABLED" or fact is None:
            return
        for store in self.estate.index.find(policy.get(fact.store), policy, self.estate.holds_data).resources:
            text = "automatic backups, in the account's own vault"
            yield Copy(
                store.address,
                CopyKind.RECOVERY_POINT,
                policy,
                self.domains.of(policy),
                dies_with_store=False,
                evidence=Evidence(text, policy.address, policy.at("backup_policy")),
                retention_days=_FILE_SYSTEM_DAYS,
                certain=status if isinstance(status, Unknown) else True,
            )


def _kept(schedule: Value) -> int | Unknown | None:
    if not isinstance(schedule, dict):
        return schedule if isinstance(schedule, Unknown) else None
    interval, unit = lookup(schedule, "retain_rule.interval"), lookup(schedule, "retain_rule.interval_unit")
    if isinstance(interval, int) and isinstance(unit, str):
        return interval * _DAYS.get(unit, 1)
    # A number of snapshots is a number of days only with the schedule's own interval.
    count, hours = lookup(schedule, "retain_rule.count"), lookup(schedule, "create_rule.interval")
    if isinstance(count, int):
        return count * hours // 24 if isinstance(hours, int) else Unknown("how often it makes snapshots is not known")
    return interval if isinstance(interval, Unknown) else Unknown("how long it keeps snapshots is not known")
