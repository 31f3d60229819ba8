"""Dumps: a scheduled job that reaches both a store and a bucket in another place copies the one into the other.

Terraform shows it as references: the job's own arguments, and the variables that are set on it, name both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from msgspec import Struct

from policypack.build.buckets import Buckets
from policypack.build.domains import Domains
from policypack.build.estate import Estate
from policypack.model import Copy, CopyKind, Evidence, Resource, Unknown, Value, same_domain, strip_keys

# Railway's own reference from one service to another's variables: ${{postgres.DATABASE_URL}}.
_TEMPLATE = r"\$\{\{\s*([\w .-]+?)\s*\."


class Dumps(Struct, frozen=True, dict=True):
    """Scheduled jobs that write copies elsewhere."""

    estate: Estate
    domains: Domains
    buckets: Buckets

    def copies(self, stores: Sequence[Resource]) -> Iterator[Copy]:
        """One copy for each store and bucket that a scheduled job of the store's provider reaches."""
        for job in self.estate.resources:
            entry = self.estate.entries.get(job.type) if job.mode == "managed" and not job.goes else None
            schedule = job.written(entry.schedule) if entry and entry.schedule else None
            if schedule is None:
                continue
            reached = self._reached(job)
            sources = [
                each for each in stores if self._names(each, reached) and self._same_platform(each, job) and each is not job
            ]
            for target in self._targets(reached, job):
                for source in sources:
                    if same_domain(self.domains.of(source), self.domains.of(target)) is not True:
                        yield self._copy(job, source, target, schedule)

    def _same_platform(self, one: Resource, other: Resource) -> bool:
        platform = self.estate.catalog.platform
        return platform(one.provider) == platform(other.provider)

    def _reached(self, job: Resource) -> list[Resource]:
        """The job and whatever is set on it."""
        here = (job.inside, job.configured_address)
        return [job, *(each for each in self._set_on.get(here, ()))]

    @cached_property
    def _set_on(self) -> dict[tuple[str, str], list[Resource]]:
        found: dict[tuple[str, str], list[Resource]] = {}
        for each in self.estate.resources:
            for reference in each.refers_to if each.mode == "managed" else ():
                found.setdefault((each.inside, strip_keys(reference.address)), []).append(each)
        return found

    def _names(self, store: Resource, reached: list[Resource]) -> bool:
        name = store.get("name")
        for each in reached:
            if any(strip_keys(reference.address) == store.configured_address for reference in each.refers_to):
                return True
            if isinstance(name, str) and any(
                name == found for text in _texts(each.values.get("value")) for found in re.findall(_TEMPLATE, text)
            ):
                return True
        return False

    def _targets(self, reached: list[Resource], job: Resource) -> list[Resource]:
        named = {strip_keys(reference.address) for each in reached for reference in each.refers_to}
        found = []
        for each in self.estate.resources:
            here = each.mode == "managed" and not each.goes and each.inside == job.inside
            if here and each.configured_address in named and self.estate.is_bucket(each.type):
                found.append(each)
        return found

    def _copy(self, job: Resource, source: Resource, target: Resource, schedule: Value) -> Copy:
        entry = self.estate.entries[job.type]
        shown = isinstance(schedule, str) and not job.hides(entry.schedule)
        when = f"on the schedule {schedule}" if shown else "on a schedule"
        return Copy(
            source.address,
            CopyKind.DUMP,
            job,
            self.domains.of(target),
            dies_with_store=False,
            evidence=Evidence(f"writes dumps into {target.address} {when}", job.address, job.location),
            held_in=target,
            lock=self.buckets.lock(target),
            retention_days=self.buckets.expires_after(target),
        )


def _texts(value: Value) -> list[str]:
    if isinstance(value, Unknown):
        return [part for part in value.parts if isinstance(part, str)]
    return [value] if isinstance(value, str) else []
