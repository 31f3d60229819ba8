"""Buckets: versions, object lock, lifecycle, policy, and what replication makes of another bucket."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from msgspec import Struct

from policypack.build.domains import Domains
from policypack.build.estate import Estate
from policypack.build.guards import guard, same
from policypack.build.locks import lock_guard, own_lock
from policypack.build.placing import Placed, place
from policypack.build.policies import denying_guard
from policypack.catalog.entry import ExpiryFact, GuardFact
from policypack.model import (
    Copy,
    CopyKind,
    Domain,
    Enforced,
    Evidence,
    Guard,
    GuardKind,
    Lock,
    Resource,
    Truth,
    Unknown,
    Value,
    days,
    replace,
)

_DELETES = ("s3:DeleteBucket", "s3:DeleteObjectVersion")
_VERSIONING = GuardFact(
    "versioning", "versioning_configuration.status", "api", safe="Enabled", removed_by=("s3:PutBucketVersioning",)
)
_INLINE_VERSIONING = GuardFact("versioning", "versioning.enabled", "api", safe=True, removed_by=("s3:PutBucketVersioning",))
_OVERWRITTEN = "an overwrite or a delete of an object cannot be undone"
_DAYS_A_YEAR = 365


class Buckets(Struct, frozen=True, dict=True):
    """What the companions of object stores say of them."""

    estate: Estate
    domains: Domains

    @cached_property
    def _placed(self) -> Placed:
        roles = ("versioning", "object_lock", "replication", "lifecycle", "bucket_policy")
        return place(self.estate, roles, self.estate.is_bucket, "bucket")

    def guards(self, bucket: Resource) -> Iterator[Guard]:
        """Versioning, object lock and a policy that refuses deletion to everyone."""
        entry = self.estate.entries[bucket.type]
        if not any(each.kind == GuardKind.VERSIONING.value for each in entry.guards) and "versioning" not in entry.inherits:
            yield self._versioning(bucket)
        if entry.lock is not None:
            yield lock_guard(entry.lock, bucket)
            return
        for each in self._placed.of("object_lock", bucket):
            if (fact := self.estate.entries[each.type].lock) is not None:
                yield lock_guard(fact, each)
                return
        if entry.inherits:
            return  # what it lies in says the rest
        lock = self.lock(bucket)
        mode = lock.mode
        holds: Truth = mode if isinstance(mode, Unknown) else mode == "compliance"
        subject = next(iter(self._placed.of("object_lock", bucket)), bucket)
        value: Value = subject.get("rule.default_retention.mode")
        yield Guard(
            GuardKind.LOCK,
            Enforced.API,
            holds,
            subject,
            "rule",
            value,
            "COMPLIANCE",
            "its objects can be deleted before their time",
            ("s3:BypassGovernanceRetention", "s3:PutBucketObjectLockConfiguration"),
            lock.evidence.text,
        )
        for policy in self._placed.of("bucket_policy", bucket):
            yield denying_guard(policy, policy.get("policy"), _DELETES, ("s3:PutBucketPolicy",))

    def _versioning(self, bucket: Resource) -> Guard:
        found = self._placed.of("versioning", bucket)
        subject, fact = (found[0], _VERSIONING) if found else (bucket, _INLINE_VERSIONING)
        made = guard(fact, subject, self.estate)
        assert made is not None
        holds = made.holds
        lock = bucket.get("object_lock_enabled")
        if not found and holds is False and lock is not None:
            # A bucket that is made with object lock is versioned, and cannot be otherwise.
            holds = lock if isinstance(lock, Unknown) else lock is True
        if not found and holds is False and "versioning" in self._placed.lost:
            holds = self._placed.lost["versioning"]
        said = "" if found or made.value is not None else "no versioning is configured for it"
        return replace(made, holds=holds, effect=_OVERWRITTEN, said=said)

    def lock(self, bucket: Resource) -> Lock:
        """The lock that new objects get by default."""
        if (fact := self.estate.entries[bucket.type].lock) is not None:
            return own_lock(fact, bucket)
        for each in self._placed.of("object_lock", bucket):
            if (fact := self.estate.entries[each.type].lock) is not None:
                return own_lock(fact, each)
            mode = each.get("rule.default_retention.mode")
            number, years = each.get("rule.default_retention.days"), each.get("rule.default_retention.years")
            if isinstance(mode, Unknown):
                return Lock(mode, Evidence("its object lock is not known", each.address, each.location))
            length = years * _DAYS_A_YEAR if isinstance(years, int) else number
            minimum = length if isinstance(length, (int, Unknown)) and not isinstance(length, bool) else None
            if isinstance(mode, str):
                text = f"object lock in {mode.lower()} mode" + (f", {days(minimum)}" if isinstance(minimum, int) else "")
                kind = "compliance" if mode == "COMPLIANCE" else "governance"
                return Lock(kind, Evidence(text, each.address, each.at("rule")), None, minimum)  # type: ignore[arg-type]
        lost = self._placed.lost.get("object_lock")
        if lost is not None:
            return Lock(lost, Evidence(lost.reason, bucket.address, bucket.location))
        return Lock("none", Evidence("nothing locks its objects", bucket.address, bucket.location))

    def expires_after(self, bucket: Resource) -> int | Unknown | None:
        """The days after which a lifecycle rule removes objects or their old versions, None where nothing does."""
        if (fact := self.estate.entries[bucket.type].expiry) is not None:
            return own_expiry(fact, bucket)
        shortest: int | Unknown | None = None
        for each in self._placed.of("lifecycle", bucket):
            if (fact := self.estate.entries[each.type].expiry) is not None:
                return own_expiry(fact, each)
            for rule in each.blocks("rule"):
                if isinstance(rule, Unknown):
                    return rule
                if not isinstance(rule, dict) or rule.get("status") == "Disabled":
                    continue
                for path in (("expiration", "days"), ("noncurrent_version_expiration", "noncurrent_days")):
                    kept = _first(rule, *path)
                    if isinstance(kept, Unknown):
                        return kept
                    if isinstance(kept, int) and kept > 0 and not isinstance(shortest, Unknown):
                        shortest = kept if shortest is None else min(shortest, kept)
        return shortest

    def replicas(self, bucket: Resource) -> Iterator[Copy]:
        """What replication makes of a bucket's objects elsewhere."""
        for each in self._placed.of("replication", bucket):
            # Terraform refuses a replication without a rule: where a plan shows none, its rules are not known yet.
            for rule in each.blocks("rule") or [Unknown("the plan does not carry the replication's rules")]:
                if isinstance(rule, Unknown):
                    yield self._replica(bucket, each, {"destination": [{"bucket": rule}]}, certain=rule)
                elif isinstance(rule, dict) and rule.get("status") != "Disabled":
                    yield self._replica(bucket, each, rule)

    def _replica(self, bucket: Resource, replication: Resource, rule: dict[str, Value], *, certain: Truth = True) -> Copy:
        target = _first(rule, "destination", "bucket")
        held = self.estate.index.find(target, replication, self.estate.is_bucket).only
        account = _first(rule, "destination", "account")
        domain: Domain | Unknown
        if held is not None:
            domain = self.domains.of(held)
        elif isinstance(account, str):
            domain = self.domains.make(bucket.provider, account, f"{bucket.inside}#{account}")
        else:
            domain = Unknown("the account of the bucket that objects are replicated to is not in the inputs")
        markers = _first(rule, "delete_marker_replication", "status") == "Enabled"
        owner = _first(rule, "destination", "access_control_translation", "owner")
        text = "replicates its objects" + (f" to {held.address}" if held is not None else "")
        text += ", deletes included" if markers else ""
        text += "" if owner == "Destination" else "; the source account stays the owner of the copies"
        return Copy(
            bucket.address,
            CopyKind.REPLICATED_OBJECTS,
            replication,
            domain,
            dies_with_store=False,
            evidence=Evidence(text, replication.address, replication.at("rule")),
            held_in=held,
            lock=self.lock(held) if held is not None else Unknown("the bucket that holds the copies is not in the inputs"),
            retention_days=self.expires_after(held) if held is not None else None,
            counts=not markers,
            caveat="replication carries deletes over" if markers else "",
            certain=certain,
        )


def own_expiry(fact: ExpiryFact, bucket: Resource) -> int | Unknown | None:
    """The days after which a rule of the bucket's own removes objects, None where none does."""
    ages: list[int] = []
    for rule in bucket.blocks(fact.rules):
        if isinstance(rule, Unknown):
            return rule
        action = _first(rule, *fact.action.split("."))
        if action is None or not (isinstance(action, Unknown) or same(action, fact.deletes)):
            continue
        for age in (_first(rule, *path.split(".")) for path in fact.days):
            if isinstance(age, Unknown) or (age is not None and isinstance(action, Unknown)):
                return age if isinstance(age, Unknown) else action  # type: ignore[return-value]  # one of them is Unknown
            ages += [age] if isinstance(age, int) else []
    return min(ages, default=None)


def _first(value: Value, *path: str) -> Value:
    for part in path:
        value = value[0] if isinstance(value, list) and value else value
        if not isinstance(value, dict):
            return value if isinstance(value, Unknown) else None
        value = value.get(part)
    return value
