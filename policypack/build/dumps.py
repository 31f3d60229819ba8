"""Dumps: a scheduled job that reaches both a store and a bucket in another place copies the one into the other.

Terraform shows it as references: the job's own arguments, the variables that are set on it, and what it runs or reads its secrets
from, name both. A job of another platform (a CronJob that reaches a database of Supabase) has to say what it is for as well: it may reach
both for other reasons.
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
# What jobs that copy data elsewhere are called, and the tools that they run.
_COPIES = re.compile(r"dump|back-?_?up|export|\barchive|restic|rclone|wal-g|borg", re.IGNORECASE)
_DEEPEST = 24


class Dumps(Struct, frozen=True, dict=True):
    """Scheduled jobs that write copies elsewhere."""

    estate: Estate
    domains: Domains
    buckets: Buckets

    def copies(self, stores: Sequence[Resource]) -> Iterator[Copy]:
        """One copy for each store and bucket that a scheduled job reaches."""
        arguments = {kind: entry.schedule for kind, entry in self.estate.entries.items() if entry.schedule}
        for job in self.estate.of_types(arguments):
            schedule = job.written(arguments[job.type])
            if schedule is None:
                continue
            reached = self._reached(job)
            sources = [each for each in stores if each is not job and self._dumps(each, job, reached)]
            for target in self._targets(reached, job):
                for source in sources:
                    if same_domain(self.domains.of(source), self.domains.of(target)) is not True:
                        yield self._copy(job, source, target, schedule)

    def _dumps(self, store: Resource, job: Resource, reached: list[Resource]) -> bool:
        """Whether a job dumps a store. A bucket is no source of a job elsewhere: it would be its target."""
        platform = self.estate.catalog.platform
        if platform(store.provider) == platform(job.provider):
            return self._names(store, reached)
        entry = self.estate.entries[store.type]
        if entry.container or entry.kind == "secret" or self.estate.is_bucket(store.type):
            return False
        return self._refers(store, reached) and any(map(_says_so, reached))

    def _reached(self, job: Resource) -> list[Resource]:
        """The job, whatever is set on it, and what it refers to that holds no data: what it runs, and the secrets that it reads."""
        here = (job.inside, job.configured_address)
        found = [job, *self._set_on.get(here, ())]
        for reference in job.refers_to:
            for each in self._by_address.get((job.inside, strip_keys(reference.address)), ()):
                entry = self.estate.entries.get(each.type)
                if each not in found and (entry is None or not entry.store or entry.kind == "secret"):
                    found.append(each)
        return found

    @cached_property
    def _by_address(self) -> dict[tuple[str, str], list[Resource]]:
        found: dict[tuple[str, str], list[Resource]] = {}
        for each in self.estate.resources:
            if each.mode == "managed" and not each.goes:
                found.setdefault((each.inside, each.configured_address), []).append(each)
        return found

    @cached_property
    def _set_on(self) -> dict[tuple[str, str], list[Resource]]:
        found: dict[tuple[str, str], list[Resource]] = {}
        for each in self.estate.resources:
            for reference in each.refers_to if each.mode == "managed" else ():
                found.setdefault((each.inside, strip_keys(reference.address)), []).append(each)
        return found

    @staticmethod
    def _refers(store: Resource, reached: list[Resource]) -> bool:
        here = [each for each in reached if each.inside == store.inside]
        return any(strip_keys(one.address) == store.configured_address for each in here for one in each.refers_to)

    def _names(self, store: Resource, reached: list[Resource]) -> bool:
        if self._refers(store, reached):
            return True
        name = store.get("name")
        for each in reached:
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


def _says_so(resource: Resource) -> bool:
    """Whether a resource says that it is about copies: in its address, or in what is written in it."""
    return bool(_COPIES.search(resource.address)) or any(_COPIES.search(text) for text in _written(dict(resource.values)))


def _written(value: Value, depth: int = 0) -> Iterator[str]:
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        for name, each in value.items():
            yield name
            yield from _written(each, depth + 1)
    elif isinstance(value, list):
        for each in value:
            yield from _written(each, depth + 1)
    else:
        yield from _texts(value)
