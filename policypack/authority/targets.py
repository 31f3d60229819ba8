"""What can be destroyed, and by which calls: stores, their copies, keys, state, audit trails, accounts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import Any

from msgspec import Struct, field

from policypack.authority.aws import ANON
from policypack.authority.obstacles import removals
from policypack.authority.oracle import Slot
from policypack.authority.subjects import Subject, Subjects
from policypack.authority.ways import (
    EVERYTHING,
    OWN,
    POINTS,
    Call,
    Way,
    inner,
    verbs_of,
    ways_of_own_copies,
    ways_of_store,
    ways_to_delete,
)
from policypack.catalog.entry import TypeEntry
from policypack.model import (
    Copy,
    CopyKind,
    Domain,
    Guard,
    Infrastructure,
    Lock,
    Policy,
    Resource,
    Store,
    Unknown,
    Vault,
    Verb,
    replace,
)

_POINTS: Mapping[str, str] = {
    # What AWS Backup calls the recovery points of these services (AWS Backup Developer Guide, resource ARN formats).
    "aws_ebs_volume": "arn:${Partition}:ec2:${Region}::snapshot/*",
    "aws_instance": "arn:${Partition}:ec2:${Region}::image/*",
    "aws_db_instance": "arn:${Partition}:rds:${Region}:${Account}:snapshot:awsbackup:*",
    "aws_rds_cluster": "arn:${Partition}:rds:${Region}:${Account}:cluster-snapshot:awsbackup:*",
    "aws_docdb_cluster": "arn:${Partition}:rds:${Region}:${Account}:cluster-snapshot:awsbackup:*",
    "aws_neptune_cluster": "arn:${Partition}:rds:${Region}:${Account}:cluster-snapshot:awsbackup:*",
    "aws_fsx_": "arn:${Partition}:fsx:${Region}:${Account}:backup/*",
    "aws_redshift_cluster": "arn:${Partition}:redshift:${Region}:${Account}:snapshot:*/awsbackup:*",
}
# Whose own policy is about what lies in it and not about the thing itself: to delete or configure a domain takes an identity's
# policy, whatever the domain's says (Amazon OpenSearch Service Developer Guide, "Resource-based policies").
_ONLY_INSIDE = frozenset({"aws_opensearch_domain", "aws_elasticsearch_domain"})
BARE, RETAGGED = " without its policy", " with other tags"
_POINT = "arn:${Partition}:backup:${Region}:${Account}:recovery-point:*"


class Target(Struct, frozen=True, dict=True):
    """One thing of a block. `made` tells what calls on it act on, once somebody is there who may call: of most things nobody
    asks. `policies` stand on it. `guards` are what makes its destruction fail. `points` are the types of stores whose recovery
    points it holds. `store` and `vault` are what it is in the picture; `copy_of` is the address of the store that it is a copy
    of."""

    resource: Resource
    domain: Domain
    made: Callable[[], Subject]
    policies: tuple[Policy, ...] = ()
    guards: tuple[Guard, ...] = ()
    lock: Lock | Unknown | None = None
    points: str = ""
    store: Store | None = None
    vault: Vault | None = None
    copy_of: str = ""
    name: str = ""

    @cached_property
    def subject(self) -> Subject:
        """What calls on it act on."""
        return replace(self.made(), policies=self.policies)

    @property
    def inside(self) -> str:
        """The input that it is in."""
        return self.resource.inside

    @property
    def address(self) -> str:
        """What it is called in answers."""
        return self.name or self.resource.address


class Block(Struct, frozen=True, dict=True):
    """Things to which the same can be done in the same ways."""

    name: str
    ways: Mapping[Verb, tuple[Way, ...]]
    targets: tuple[Target, ...]
    subjects: Subjects
    arn: str = ""
    _slots: dict[str, Slot] = field(default_factory=dict)
    edits: list[tuple[Call, ...]] = field(default_factory=list)

    @cached_property
    def standing(self) -> tuple[Slot, ...]:
        """What its calls are made on, as far as policies stand there."""
        if not any(target.policies for target in self.targets):
            return ()
        places = dict.fromkeys(call.at for _, way in verbs_of(self.ways) for call in way.calls)
        return tuple(slot for slot in map(self.slot, places) if slot.has_policies)

    def slot(self, at: str) -> Slot:
        """What a call is made on, for each target in order."""
        if at not in self._slots:
            self._slots[at] = Slot(
                f"{self.name} {at}", tuple(self._at(target, at) for target in self.targets), self._actions(at)
            )
        return self._slots[at]

    def _actions(self, at: str) -> tuple[str, ...]:
        """All that is asked about what `at` names: the calls of the ways, and those that take guards away."""
        calls = [call for _, way in verbs_of(self.ways) for call in way.calls]
        calls += removals(self)
        return tuple(sorted({call.action for call in calls if call.at == at.removesuffix(BARE).removesuffix(RETAGGED)}))

    def _at(self, target: Target, at: str) -> Subject:
        if at.endswith(RETAGGED):
            made = self._at(target, at.removesuffix(RETAGGED))
            return replace(made, context={key: each for key, each in made.context.items() if not _is_tag(key)})
        if at.endswith(BARE):
            return replace(self._at(target, at.removesuffix(BARE)), policies=())
        subject = target.subject
        if at == OWN:
            return replace(subject, policies=()) if subject.resource.type in _ONLY_INSIDE else subject
        if at == EVERYTHING:
            return replace(subject, forms=("*",), policies=())
        if at == POINTS:
            template = next((text for kind, text in _POINTS.items() if target.points.startswith(kind)), _POINT)
            return replace(subject, forms=(self.subjects.filled(template, subject.resource, target.domain),))
        if at.startswith("+"):
            return replace(subject, forms=tuple(form + inner(at, ANON) for form in subject.forms))
        return replace(subject, forms=(self.subjects.filled(at, subject.resource, target.domain),), policies=())


class Targets(Struct, frozen=True, dict=True):
    """All blocks of a picture."""

    infrastructure: Infrastructure
    subjects: Subjects

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """Stores by type, their own copies by type, vaults by what they hold, audit trails, states, accounts."""
        every = (*self._stores(), *self._snapshots(), *self._vaults(), *self._trails(), *self._states())
        return tuple(block for block in every if block.ways)

    def _target(self, resource: Resource, domain: Domain, **known: Any) -> Target:  # noqa: ANN401 - the fields of a target
        policies = self.infrastructure.resource_policies.get(resource.place, ())
        return Target(resource, domain, partial(self.subjects.of, resource, domain), policies, **known)

    def _entry(self, kind: str) -> TypeEntry | None:
        return self.subjects.catalog.entry(kind)

    def _stores(self) -> Iterator[Block]:
        by_type: dict[str, list[Target]] = {}
        for store in self.infrastructure.stores:
            if store.resource.provider == "aws" and not store.resource.goes:
                made = self._target(store.resource, store.domain, guards=store.guards, store=store)
                by_type.setdefault(store.resource.type, []).append(made)
        for kind, targets in by_type.items():
            entry = self._entry(kind)
            if entry is None:
                continue
            ways = ways_of_store(entry)
            yield Block(kind, ways, tuple(targets), self.subjects, entry.arn)
            yield from self._copies(entry, targets)

    def _copies(self, entry: TypeEntry, targets: list[Target]) -> Iterator[Block]:
        """The copies of stores that have no name in the inputs: those that their own service keeps, and recovery points in a
        vault that is not shown, such as the one that each account has."""
        bare = [(each, each.store.backups) for each in targets if each.store is not None]
        kept = tuple(replace(one, guards=()) for one, copies in bare if any(map(self._kept_by_service, copies)))
        if kept:
            ways = {Verb.DESTROY_COPIES: ways_of_own_copies(entry)}
            yield Block(f"copies of {entry.type}", ways, kept, self.subjects, entry.arn)
        vault = self._entry("aws_backup_vault")
        points = tuple(each for one, copies in bare for each in _points(one, entry.type, copies))
        if points and vault is not None:
            ways = {Verb.DESTROY_COPIES: ways_to_delete(vault, Verb.DESTROY_COPIES)}
            yield Block(f"recovery points of {entry.type}", ways, points, self.subjects, vault.arn)

    def _kept_by_service(self, copy: Copy) -> bool:
        """Whether a copy is one that has no name of its own in the inputs."""
        kinds = {CopyKind.AUTOMATED, CopyKind.SNAPSHOT}
        return copy.held_in is None and copy.kind in kinds and not self._is_snapshot(copy)

    def _is_snapshot(self, copy: Copy) -> bool:
        entry = self._entry(copy.made_by.type)
        return entry is not None and entry.role == "snapshot" and bool(entry.arn)

    def _snapshots(self) -> Iterator[Block]:
        """Copies that are resources themselves."""
        by_type: dict[str, dict[tuple[str, str], Target]] = {}
        for store in self.infrastructure.stores:
            for copy in store.backups if store.resource.provider == "aws" else ():
                made = copy.made_by
                if self._is_snapshot(copy) and not made.goes:
                    domain = copy.domain if isinstance(copy.domain, Domain) else store.domain
                    target = self._target(made, domain, copy_of=store.address)
                    by_type.setdefault(made.type, {}).setdefault((made.inside, made.address), target)
        for kind, targets in by_type.items():
            entry = self._entry(kind)
            assert entry is not None
            ways = {Verb.DESTROY_COPIES: ways_to_delete(entry, Verb.DESTROY_COPIES)}
            yield Block(kind, ways, tuple(targets.values()), self.subjects, entry.arn)

    def _vaults(self) -> Iterator[Block]:
        types = {store.address: store.resource.type for store in self.infrastructure.stores}
        by_type: dict[str, list[Target]] = {}
        for vault in self.infrastructure.vaults:
            if vault.resource.provider != "aws" or vault.resource.goes:
                continue
            bare = self._target(vault.resource, vault.domain, lock=vault.lock, vault=vault)
            for kind in sorted({types.get(each, "") for each in vault.stores}) or [""]:
                by_type.setdefault(vault.resource.type, []).append(replace(bare, points=kind))
        for kind, targets in by_type.items():
            entry = self._entry(kind)
            if entry is not None:
                ways = {Verb.DESTROY_COPIES: ways_to_delete(entry, Verb.DESTROY_COPIES)}
                weaken = ways_of_store(entry).get(Verb.WEAKEN)
                yield Block(
                    kind, {**ways, **({Verb.WEAKEN: weaken} if weaken else {})}, tuple(targets), self.subjects, entry.arn
                )

    def _trails(self) -> Iterator[Block]:
        by_type: dict[str, list[Target]] = {}
        for each in self.infrastructure.resources:
            entry = self._entry(each.type) if each.mode == "managed" and each.provider == "aws" and not each.goes else None
            if entry is not None and entry.role == "audit":
                domain = self.subjects.domain(each)
                by_type.setdefault(each.type, []).append(self._target(each, domain))
        for kind, targets in by_type.items():
            entry = self._entry(kind)
            assert entry is not None
            yield Block(
                f"audit {kind}", {Verb.STOP_AUDIT: ways_to_delete(entry, Verb.STOP_AUDIT)}, tuple(targets), self.subjects
            )

    def _states(self) -> Iterator[Block]:
        """The state objects of the inputs' backends: whoever writes one chooses what the next apply destroys."""
        stores = {(each.resource.inside, each.address): each for each in self.infrastructure.stores}
        targets = []
        for source, subject in self.subjects.states():
            held = stores.get((subject.resource.inside, subject.address))
            domain = (
                held.domain if held else Domain("aws", Unknown("the account of the state's bucket"), f"{source.path}#backend")
            )
            targets.append(_named(subject, domain, source.path, held))
        write = tuple(Way((Call(f"s3:{name}"),)) for name in ("PutObject", "DeleteObject", "DeleteObjectVersion"))
        read = (Way((Call("s3:GetObject"),)),)
        if targets:
            yield Block("state", {Verb.WRITE_STATE: write, Verb.READ_CREDENTIALS: read}, tuple(targets), self.subjects)
        unlock = tuple(Way((Call(f"dynamodb:{name}"),)) for name in ("DeleteItem", "PutItem", "UpdateItem", "DeleteTable"))
        locks = tuple(
            _named(
                each,
                Domain("aws", Unknown("the account of the lock"), f"{source.path}#backend"),
                f"the lock of {source.path}",
            )
            for source, each in self.subjects.locks()
        )
        if locks:
            yield Block("lock of state", {Verb.WRITE_STATE: unlock}, locks, self.subjects)


def _named(subject: Subject, domain: Domain, name: str, store: Store | None = None) -> Target:
    """What is no resource of its own."""
    return Target(subject.resource, domain, lambda: subject, subject.policies, store=store, name=name)


def _points(target: Target, kind: str, copies: Sequence[Copy]) -> Iterator[Target]:
    lock = next((copy.lock for copy in copies if is_unseen_point(copy)), None)
    if any(map(is_unseen_point, copies)):
        yield replace(target, policies=(), guards=(), points=kind, lock=lock)


def is_unseen_point(copy: Copy) -> bool:
    """Whether a copy is a recovery point in a vault that is not among the inputs."""
    return copy.kind is CopyKind.RECOVERY_POINT and copy.held_in is None


def _is_tag(key: str) -> bool:
    return key.startswith("aws:resourcetag/")
