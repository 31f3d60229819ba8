"""The parts of the picture: stores with their guards and copies, vaults, credentials, domains."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Literal

from msgspec import Struct

from policypack.model.resources import Location, Resource
from policypack.model.values import Reference, Truth, Unknown, Value


class Domain(Struct, frozen=True):
    """An administrative boundary. Two things in one domain share a blast radius.

    `id` is the account, project, subscription or workspace, Unknown where it cannot be told. `key` is the provider
    configuration (with its input) that acts there, or what its id depends on (`#=var.project`): the same key is the same
    domain even if the id is unknown. `word` is what its platform calls it.
    """

    provider: str
    id: str | Unknown
    key: str
    name: str = ""
    holds_copies: bool = False
    word: str = "account"

    @property
    def account(self) -> str | Reference:
        """What stands for its id in an ARN: the id, or, where that cannot be told, the same hole for everything that lies in
        it."""
        return self.id if isinstance(self.id, str) else Reference(f"account.{self.key}", "id")

    def __str__(self) -> str:
        key = self.key.rpartition("#")[2]
        of = f"the {self.word} that {key[1:]} names" if key.startswith("=") else f"an unknown {self.word} of provider {key}"
        shown = self.id if isinstance(self.id, str) else of
        return f"{shown} ({self.name})" if self.name else shown


def days(number: int) -> str:
    """`1 day`, `2 days`."""
    return "1 day" if number == 1 else f"{number} days"


def same_domain(one: Domain, other: Domain) -> Truth:
    """Whether both lie in one administrative boundary."""
    if one.provider != other.provider:
        return False
    if isinstance(one.id, str) and isinstance(other.id, str):
        return one.id == other.id
    if one.key == other.key:
        return True
    return Unknown(f"whether {one} and {other} are one {one.word} cannot be told from the inputs")


class Environment(Struct, frozen=True):
    """Production or not, and what made it so (shown to the user). `recognised` is False where only the default decided."""

    name: str
    production: bool
    reason: str
    recognised: bool = True


class Evidence(Struct, frozen=True):
    """One step of the proof. `resource` is an address; `path` names the argument, so that its source line can be shown."""

    text: str
    resource: str = ""
    location: Location | None = None


class Enforced(str, Enum):
    """Who refuses: the API refuses every caller; Terraform refuses only Terraform; nothing refuses."""

    API = "api"
    TERRAFORM = "terraform"
    NOTHING = "nothing"


class GuardKind(str, Enum):
    """What a guard does. The last ones are those of a gate: what makes somebody else decide before something is applied."""

    DELETION_PROTECTION = "deletion_protection"
    FINAL_SNAPSHOT = "final_snapshot"
    BACKUPS_KEPT = "backups_kept"
    NO_FORCE = "no_force"
    RECOVERY_WINDOW = "recovery_window"
    CONTENTS_KEPT = "contents_kept"
    PREVENT_DESTROY = "prevent_destroy"
    LOCK = "lock"
    VERSIONING = "versioning"
    POLICY_DENY = "policy_deny"
    SECOND_PERSON = "second_person"
    NO_BYPASS = "no_bypass"
    CONFIRMATION = "confirmation"
    DESTROY_REFUSED = "destroy_refused"
    CODE_OWNERS = "code_owners"
    IN_FORCE = "in_force"


class Guard(Struct, frozen=True):
    """What makes a destroy call fail, or leaves a way back when it succeeds.

    `holds` is whether it does so now. `attribute` and `value` are what decides (value None: not written, so the
    provider's default decided). `safe` is the value to write. `effect` says what happens without it. `removed_by` are
    the API actions that take it away. `subject` is the resource that carries it: the store, or a companion. `said` is what
    to show instead of the argument, where the guard is not one argument.
    """

    kind: GuardKind
    enforced: Enforced
    holds: Truth
    subject: Resource
    attribute: str
    value: Value
    safe: Value
    effect: str
    removed_by: tuple[str, ...] = ()
    said: str = ""

    @property
    def leaves_time(self) -> bool:
        """Whether a recovery window leaves any time to cancel a deletion, be it shorter than it should be."""
        number = self.value if isinstance(self.value, int) and not isinstance(self.value, bool) else 0
        return self.holds is True or number > 0

    @property
    def evidence(self) -> Evidence:
        """What was written, or that nothing was."""
        if self.said:
            text = self.said
        elif self.value is None:
            text = f"{self.attribute} is not set, and the provider's default does not protect"
            text = f"{self.attribute} is not set; the provider's default holds" if self.holds is True else text
        elif isinstance(self.value, Unknown):
            text = f"{self.attribute} is not known: {self.value.reason}"
        elif self.subject.hides(self.attribute):
            text = f"{self.attribute} is set"
        elif isinstance(self.value, (bool, int, float)) or self.value in (self.safe, "Suspended", "Disabled", "INACTIVE"):
            text = f"{self.attribute} = {str(self.value).lower() if isinstance(self.value, bool) else self.value}"
        else:
            text = f"{self.attribute} is set"
        return Evidence(text, self.subject.address, self.subject.at(self.attribute))

    @property
    def because(self) -> tuple[Evidence, ...]:
        """What was written, and what happens without the guard."""
        return (self.evidence, Evidence(self.effect, self.subject.address)) if self.effect else (self.evidence,)

    @property
    def fix(self) -> str:
        """What to write, as HCL has it."""
        if self.safe is None or isinstance(self.safe, (Unknown, list, dict)):
            return f"set {self.attribute}"
        if isinstance(self.safe, bool):
            return f"{self.attribute} = {str(self.safe).lower()}"
        if isinstance(self.safe, str) and " " in self.safe:
            return f"set {self.attribute} to {self.safe}"
        return f'{self.attribute} = "{self.safe}"' if isinstance(self.safe, str) else f"{self.attribute} = {self.safe}"


class Lock(Struct, frozen=True):
    """What keeps a copy from being deleted before its time. `mode` as the vendors use the words.

    `grace_days`: how long a compliance lock can still be taken off. `minimum_days`: no copy may go earlier. `open_until_set` is
    the argument without which the minimum can be lowered for copies to come: those that exist are safe either way.
    """

    mode: Literal["compliance", "governance", "none"] | Unknown
    evidence: Evidence
    grace_days: int | None | Unknown = None
    minimum_days: int | None | Unknown = None
    open_until_set: str = ""


class CopyKind(str, Enum):
    """How a copy is made. Only the first group is a backup: the others follow what happens to the store."""

    AUTOMATED = "automated backup"
    SNAPSHOT = "snapshot"
    RECOVERY_POINT = "recovery point"
    DUMP = "dump"
    VERSIONS = "object versions"
    REPLICATED_OBJECTS = "replicated objects"
    REPLICA = "replica"
    SHARED_SNAPSHOT = "shared snapshot"

    @property
    def is_backup(self) -> bool:
        """Whether data that was destroyed in the store can be had back from it."""
        return self not in {CopyKind.REPLICA, CopyKind.SHARED_SNAPSHOT, CopyKind.VERSIONS}

    @property
    def in_bucket(self) -> bool:
        """Whether a bucket's lifecycle decides how long it stays."""
        return self in {CopyKind.DUMP, CopyKind.REPLICATED_OBJECTS}


class Copy(Struct, frozen=True):
    """Something that a store can be restored from, or that is mistaken for it (see `CopyKind`).

    `made_by` declares it (a selection, a snapshot, the store itself). `held_in` is the vault or bucket, None where the
    service keeps it. `retention_days` None: it never expires. `counts` is False for what only looks like a backup, for
    example object replication that also replicates deletes; `caveat` then says why. `certain` Unknown: it may not exist.
    """

    store: str
    kind: CopyKind
    made_by: Resource
    domain: Domain | Unknown
    dies_with_store: Truth
    evidence: Evidence
    held_in: Resource | None = None
    lock: Lock | None | Unknown = None
    key: Value = None
    retention_days: int | None | Unknown = None
    counts: bool = True
    caveat: str = ""
    certain: Truth = True

    @property
    def immutable(self) -> Truth:
        """Whether nobody can delete it before its time: a lock in compliance mode."""
        if not isinstance(self.lock, Lock):
            return False if self.lock is None else self.lock
        return self.lock.mode if isinstance(self.lock.mode, Unknown) else self.lock.mode == "compliance"

    @property
    def kept_days(self) -> int | Unknown | None:
        """How long it is there, None where it never expires. What a bucket's lock holds, its lifecycle cannot expire."""
        least = self.lock.minimum_days if isinstance(self.lock, Lock) and self.kind.in_bucket else None
        if isinstance(least, int) and isinstance(self.retention_days, int):
            return max(least, self.retention_days)
        return self.retention_days


class Store(Struct, frozen=True):
    """A resource that holds data a user would cry over. `kind` and `tier` come from the catalog (tier 1: irreplaceable).

    `protectable`: the type has a deletion protection that the API enforces. `backupable`: backups of this kind of store
    make sense (not of a key or a vault). `container`: it holds other stores, which go with it. `weakening`: what this plan
    does to it in place that destroys data (a `volume` block removed).
    """

    resource: Resource
    kind: str
    tier: int
    environment: Environment
    domain: Domain
    guards: tuple[Guard, ...] = ()
    copies: tuple[Copy, ...] = ()
    protectable: bool = False
    backupable: bool = True
    container: bool = False
    label: str = ""
    substitute: str = ""
    delete_actions: tuple[str, ...] = ()
    weakening: tuple[Evidence, ...] = ()

    @property
    def address(self) -> str:
        """The address of its resource."""
        return self.resource.address

    @property
    def as_environment(self) -> Evidence:
        """What made the store count as production, or as something else: the last step of every proof about it."""
        return Evidence(f"counts as {self.environment.name}: {self.environment.reason}", self.address)

    @property
    def backups(self) -> tuple[Copy, ...]:
        """The copies that count: what destroyed data can be had back from."""
        if not self.copies:
            return ()
        return tuple(copy for copy in self.copies if copy.counts and copy.kind.is_backup)

    def having(self, kind: GuardKind) -> Iterator[Guard]:
        """Its guards of one kind."""
        return (guard for guard in self.guards if guard.kind is kind)

    @property
    def ways_back(self) -> tuple[Evidence, ...]:
        """What is left to restore from once the store is deleted, the plan's other deletions counted in."""
        windows = (guard.evidence for guard in self.having(GuardKind.RECOVERY_WINDOW) if guard.leaves_time)
        found = [*(guard.evidence for guard in self.having(GuardKind.FINAL_SNAPSHOT) if guard.holds is True), *windows]
        for copy in self.backups:
            lost = (copy.held_in is not None and copy.held_in.goes) or (copy.kind is CopyKind.SNAPSHOT and copy.made_by.goes)
            if copy.dies_with_store is False and copy.certain is True and not lost:
                found.append(copy.evidence)
        return tuple(Evidence(f"left to restore it from: {each.text}", each.resource, each.location) for each in found)


class Vault(Struct, frozen=True):
    """A container of recovery points. `denies_deletion`: its own policy refuses deletion of points and changes to itself.

    `policy` is the resource that carries that policy, None where the inputs have none. `guards` are those of its own arguments.
    """

    resource: Resource
    environment: Environment
    domain: Domain
    lock: Lock
    denies_deletion: Truth
    force_destroy: Guard | None = None
    air_gapped: bool = False
    key: Value = None
    stores: tuple[str, ...] = ()
    policy: Resource | None = None
    guards: tuple[Guard, ...] = ()


class Safeguard(Struct, frozen=True):
    """What is no store, and is a copy of some (`part` "copy"), makes such copies ("copies"), or guards stores ("guard"). "opaque" may
    hold stores that Terraform does not show."""

    resource: Resource
    part: str
    label: str
    environment: Environment


class Missed(Struct, frozen=True):
    """A store that a backup selection was meant for and does not reach (`near_miss` says by how little)."""

    store: Resource
    selection: Resource
    near_miss: str
    certain: bool = True


class Credential(Struct, frozen=True):
    """A bearer secret. Whoever finds it is the identity.

    `scoped`: whether its platform can limit it to some operations, and this one is. `expires`: whether it ends by
    itself. `provider`: the platform whose stores it reaches. `environment` is the only one that it reaches, None where it is not
    bound to one. `kept`: the resource keeps it for somebody, and did not make it. `read_from` is the address that whoever reads it
    reads: the secret of a version.
    """

    resource: Resource
    label: str
    provider: str
    scoped: Truth
    expires: Truth
    evidence: tuple[Evidence, ...] = ()
    fix: str = ""
    destructive_action: str = ""
    environment: Environment | None = None
    kept: bool = False
    read_from: str = ""

    def reaches(self, store: Store) -> bool:
        """Whether a store lies on its platform, and in the environment that it is bound to."""
        same = self.environment is None or self.environment.production == store.environment.production
        return same and store.domain.provider == self.provider
