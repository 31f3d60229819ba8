"""What one resource type means: the typed form of a catalog entry (`schema.json` describes the YAML, field by field)."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct, field

from policypack.model import Value


class GuardFact(Struct, frozen=True):
    """An argument that makes a destroy call fail, or that leaves a way back.

    It holds where the value equals `safe` (or is a list that has it), is at least `at_least`, or (`safe_when_set`) is written
    at all. Exactly one of the three is given. With `unsafe` it holds unless the value equals that, and `safe` is only what to
    write. `unit` says that `at_least` is written with a unit ("604800s"). `default` is what the provider does where nothing is
    written; `defaults` has other majors' ("6"). A default of "unknown" is honest ignorance. `default_from` is the argument of
    the provider block that sets it, `block_default` what holds where the block around the argument is written and it is not.
    `needs` is a second argument that must be written too. The entry does not apply where an argument named in `unless_set` is
    written. `concerns` (in a provider block) are the types for which it matters. `opens` are
    actions that destroy the store where the guard does not hold. `since` is the provider version ("6.9") that brought the argument:
    an older provider has no such guard.
    """

    kind: str
    attribute: str
    enforced: Literal["api", "terraform", "nothing"] = "nothing"
    safe: Value = None
    unsafe: Value = None
    at_least: float | None = None
    unit: Literal["", "seconds"] = ""
    safe_when_set: bool = False
    default: Value = None
    defaults: dict[str, Value] = field(default_factory=dict)
    default_from: str = ""
    block_default: Value = None
    needs: str = ""
    unless_set: tuple[str, ...] = ()
    concerns: tuple[str, ...] = ()
    effect: str = ""
    removed_by: tuple[str, ...] = ()
    opens: tuple[str, ...] = ()
    since: str = ""


class BackupFact(Struct, frozen=True):
    """Copies that the type makes of itself.

    They exist where `attribute` is at least 1 (a retention), equals `on`, or (`always`) in any case. `days` is a fixed
    retention or the argument that holds it, `days_of` has the days of the words that it may hold. They die with the store
    unless `kept_by` equals `kept_when`; `survives` says that they outlive it in any case. `held_in` is the argument that names
    the bucket or vault they lie in.
    """

    attribute: str = ""
    on: Value = None
    always: bool = False
    default: Value = None
    defaults: dict[str, Value] = field(default_factory=dict)
    days: str | int | None = None
    days_default: int | None = None
    days_of: dict[str, int] = field(default_factory=dict)
    survives: bool = False
    kept_by: str = ""
    kept_when: Value = None
    kept_default: Value = None
    held_in: str = ""
    note: str = ""


class CompanionFact(Struct, frozen=True):
    """A type that says something about a store that one of its arguments names.

    `role` decides what; `schema.json` says what each word means (snapshot, shared_snapshot, replica, automated make copies;
    guard carries `guards` of the store; the others are words that `build` knows). `store` is the argument that names the store.
    `via` is an argument that names another companion (a snapshot copy's snapshot). `shared_with` lists accounts. `retention` is
    the argument that holds the days, `retention_default` what the provider takes where it is not written (None: kept for ever).
    `held_in` is the argument that names the bucket or vault. `dies_with_store`: what it makes lies inside the store and goes
    with it. `plan` is an argument that names what says how long and where (its companion's `retention` and `held_in`). It plays
    its part only where `only_when` is written, and equals `only_value` if that is given. `off` is an argument that stops it
    where it has the value `off_value`. `follows` is an argument that carries deletes over. `forever` is the retention that means without end. `store_types` are the types that
    `store` can name, where a name alone may be that of other things too. `longer` are arguments that keep some of the copies
    longer, with the days in one of their units. `retention_else` holds the days where `retention` is not written.
    `leaves_out` are arguments that leave out parts of what is put into the store. `all_unless_named`: where `store` names
    nothing, all stores of the domain are meant.
    """

    role: str
    store: str = ""
    via: str = ""
    shared_with: str = ""
    retention: str = ""
    retention_else: str = ""
    guards: tuple[GuardFact, ...] = ()
    retention_default: int | None = None
    held_in: str = ""
    dies_with_store: bool = False
    plan: str = ""
    only_when: str = ""
    only_value: Value = None
    off: str = ""
    off_value: Value = None
    follows: str = ""
    longer: dict[str, int] = field(default_factory=dict)
    leaves_out: tuple[str, ...] = ()
    store_types: tuple[str, ...] = ()
    forever: Value = None
    all_unless_named: bool = False


class LockFact(Struct, frozen=True):
    """What keeps the contents of a bucket or vault from being deleted early, written in its own arguments.

    There is one where `attribute` is written and is not 0: the least time that contents are kept, in days, in `seconds`, or as
    a text with a unit. It is a compliance lock where `binding` equals `when` (`when` not given: is written), else a governance
    lock: `loose` says what an administrator may still do then. With `binds_existing` it is one in any case for what is in it
    already, and `loose` concerns what comes. Without `attribute`, `binding` decides alone: it is a governance
    lock only where it equals `governs`.
    """

    binding: str
    loose: str
    attribute: str = ""
    when: Value = None
    governs: Value = None
    seconds: bool = False
    binds_existing: bool = False
    removed_by: tuple[str, ...] = ()


class GovernedFact(Struct, frozen=True):
    """What decides about a store and is a resource of its own: the `argument` of the store that names it, the `types` that it can
    be of, the guards of the store that its arguments are, and what the store should name `otherwise`."""

    argument: str
    types: tuple[str, ...]
    otherwise: str
    guards: tuple[GuardFact, ...]


class ExpiryFact(Struct, frozen=True):
    """A block of a bucket that removes objects by age: a rule counts where `action` equals `deletes`; `days` are its ages."""

    rules: str
    action: str
    deletes: Value
    days: tuple[str, ...]


class CredentialFact(Struct, frozen=True):
    """A type, or an argument of a provider block, that holds a bearer secret.

    `scoped`: the platform can limit it to some operations (True: this kind is limited elsewhere; False: it cannot be;
    "unknown": it can be, and whether this one is cannot be told; a dotted path: limited where that argument is written).
    `expires`: False, True, "unknown" or the argument that makes it end. `names` are those under which it is usually kept. `bound`
    is what the platform calls the one thing that it reaches, where it reaches only one. There is one only where `only_when` equals
    `only_value`. What comes from a type in `renewed_by` is made anew for each run, and ends.
    """

    label: str
    attribute: str = ""
    environment: tuple[str, ...] = ()
    scoped: bool | str = False
    expires: bool | str = False
    destroys: str = ""
    fix: str = ""
    names: tuple[str, ...] = ()
    bound: str = ""
    only_when: str = ""
    only_value: Value = None
    renewed_by: tuple[str, ...] = ()


class KeepsFact(Struct, frozen=True):
    """Arguments of a type that keep secrets which others made.

    One secret: `name` holds its name (or `named_by` names the resource whose name counts), one of `value` the secret. Several:
    `entries` is a mapping of names, its JSON text, or a list of mappings with `entry_name` and `entry_value`. `environment` are
    arguments that say for which environment it is kept.
    """

    name: str = ""
    named_by: str = ""
    value: tuple[str, ...] = ()
    entries: str = ""
    entry_name: str = "name"
    entry_value: str = "value"
    environment: tuple[str, ...] = ()


class WeakeningFact(Struct, frozen=True):
    """An in-place update that destroys: the argument is removed, or set to `to`, or (`lowered`) made smaller.

    `forever` is the number that means "without end" (0 for a log group): it counts as the largest, not as the smallest.
    """

    attribute: str
    effect: str
    removed: bool = False
    lowered: bool = False
    to: Value = None
    forever: Value = None


class TypeEntry(Struct, frozen=True):
    """What one resource type means. `tier` 1: irreplaceable data or its guard; 2: serious; 3: minor or reproducible.

    It is a store where `store` is True, `only_when_set` is written (if it names an argument) and `unless_set` is not: what that
    argument names is the store then. `since` is the provider version by which the type exists. `lies_in` is the argument that
    names what it lies in (several: the first that is written), whose domain is its own. `lockable`: a lock of the platform, on
    it or on what it lies in, refuses its deletion. `inherits`: the kinds of guards of what it lies in that guard it too.
    `data_actions` are those of its `delete_actions` that are calls of the data plane. Of what it is
    `governed_by`, the first that the inputs show counts. It is no store where a resource of a type in `unless_named_in` names it with
    that argument: that one is the store then. `manifest` is the argument that holds what the resource really makes: an object of the type whose `object` (group/kind) it is.
    """

    type: str
    kind: str
    tier: int
    label: str = ""
    store: bool = False
    container: bool = False
    backupable: bool = True
    role: str = ""
    only_when_set: str = ""
    unless_set: str = ""
    name: str = ""
    arn: str = ""
    substitute: str = ""
    guards: tuple[GuardFact, ...] = ()
    backups: tuple[BackupFact, ...] = ()
    companion: CompanionFact | None = None
    replica_of: str = ""
    member_of: str = ""
    lies_in: tuple[str, ...] = ()
    lockable: bool = False
    inherits: tuple[str, ...] = ()
    governed_by: tuple[GovernedFact, ...] = ()
    unless_named_in: dict[str, str] = field(default_factory=dict)
    object: str = ""
    manifest: str = ""
    lock: LockFact | None = None
    expiry: ExpiryFact | None = None
    backup_service: str = ""
    schedule: str = ""
    weakened_by: tuple[WeakeningFact, ...] = ()
    credential: CredentialFact | None = None
    keeps: tuple[KeepsFact, ...] = ()
    delete_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()
    weaken_actions: tuple[str, ...] = ()
    limits: str = ""
    copy_delete_actions: tuple[str, ...] = ()
    since: str = ""


class StateFact(Struct, frozen=True):
    """Where a Terraform backend keeps a state: the store of type `store` whose `name` is what the backend's `argument` says."""

    backend: str
    argument: str
    store: str
    name: str


class ProviderEntry(Struct, frozen=True):
    """What one provider means: its domain's name, what its provider block decides, and how its versions differ.

    `token` is what its provider block acts with, `tokens` are others that are known by the names under which they are kept.

    `also` are other providers of the same platform with the same types. `domain_arguments` are the arguments of a resource, or
    of the provider block, that hold the domain; `domain_after` is the part of an id or full name that it follows ("projects").
    `domain_types` are types of other platforms that are such a domain: what refers to one lies in it.
    `tag_arguments` are the arguments that may hold tags, `default_tags` that of the provider block. `store_guards` are guards
    of every store that is no container and whose own entry has no deletion protection. `stateless` are types without an entry
    that have an argument such as stores have, and hold nothing.
    """

    provider: str
    sources: tuple[str, ...]
    domain: str
    also: tuple[str, ...] = ()
    domain_arguments: tuple[str, ...] = ()
    domain_after: str = ""
    domain_types: tuple[str, ...] = ()
    tag_arguments: tuple[str, ...] = ()
    default_tags: str = ""
    store_guards: tuple[GuardFact, ...] = ()
    stateless: tuple[str, ...] = ()
    state: StateFact | None = None
    covered: bool = True
    default_major: str = ""
    token: CredentialFact | None = None
    tokens: tuple[CredentialFact, ...] = ()
    guards: tuple[GuardFact, ...] = ()


def _fact(kind: type[Any], raw: dict[str, Any]) -> Any:  # noqa: ANN401 - one maker for all facts; its callers say which
    return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()})


def _governed(raw: dict[str, Any]) -> GovernedFact:
    guards = tuple(_fact(GuardFact, each) for each in raw["guards"])
    return GovernedFact(raw["argument"], tuple(raw["types"]), raw["otherwise"], guards)


def type_entry(name: str, raw: dict[str, Any]) -> TypeEntry:
    """The typed form of one entry, as the schema describes it. Raises TypeError on a field that does not exist."""
    fields = dict(raw)
    lists: dict[str, type[Any]] = {"guards": GuardFact, "backups": BackupFact, "weakened_by": WeakeningFact, "keeps": KeepsFact}
    for key, kind in lists.items():
        if key in fields:
            fields[key] = tuple(_fact(kind, each) for each in fields[key])
    if isinstance(fields.get("lies_in"), str):
        fields["lies_in"] = (fields["lies_in"],)
    if "companion" in fields:
        companion = dict(fields["companion"])
        companion["guards"] = tuple(_fact(GuardFact, each) for each in companion.get("guards", ()))
        companion |= {key: tuple(companion.get(key, ())) for key in ("store_types", "leaves_out")}
        fields["companion"] = CompanionFact(**companion)
    if "governed_by" in fields:
        fields["governed_by"] = tuple(_governed(each) for each in fields["governed_by"])
    single: dict[str, type[Any]] = {"credential": CredentialFact, "lock": LockFact, "expiry": ExpiryFact}
    for key, kind in single.items():
        if key in fields:
            fields[key] = _fact(kind, fields[key])
    return _fact(TypeEntry, {"type": name, **fields})  # type: ignore[no-any-return]


def provider_entry(raw: dict[str, Any]) -> ProviderEntry:
    """The typed form of a provider's own facts (everything in its file but `types`)."""
    fields = {key: value for key, value in raw.items() if key != "types"}
    for key in ("guards", "store_guards"):
        fields[key] = tuple(_fact(GuardFact, each) for each in fields.get(key, ()))
    if "state" in fields:
        fields["state"] = StateFact(**fields["state"])
    if "token" in fields:
        fields["token"] = _fact(CredentialFact, fields["token"])
    fields["tokens"] = tuple(_fact(CredentialFact, each) for each in fields.get("tokens", ()))
    return _fact(ProviderEntry, fields)  # type: ignore[no-any-return]
