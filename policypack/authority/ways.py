"""What it takes to do something to a resource of a type: sets of calls, each set enough, and what stops them.

The actions are the catalog's, and those of the table of destructive actions whose ARN format is the type's own or lies in it
(Service Authorization Reference, "Actions, resources, and condition keys"): destruction is often not called Delete.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from msgspec import Struct

from policypack.catalog.aws_iam.actions import Action, actions
from policypack.catalog.entry import TypeEntry
from policypack.model import GuardKind, Verb, replace

OWN, EVERYTHING, POINTS = "own", "*", "points"
_HOLES = re.compile(r"\$\{[^}]*\}|\{[^}]*\}|\*")
_NAMED = re.compile(r"\$\{([^}]*)\}")
_MARK = "\0"


class Call(Struct, frozen=True):
    """An action and what it is called on: OWN (the resource itself), EVERYTHING (it has no resource-level permission),
    `+/…` (something inside the resource), POINTS (the recovery points in it), or the ARN template of something else in its
    account."""

    action: str
    at: str = OWN


class Way(Struct, frozen=True):
    """Calls that are needed together. `stopped_by` are kinds of guards under which they do no harm. `depends` is a fact
    outside of IAM that decides too: the way is possible at best, but on a resource that sets no argument of `because_of`. `refused` says whether deletion protection makes them fail;
    None: nobody says."""

    calls: tuple[Call, ...]
    stopped_by: frozenset[GuardKind] = frozenset()
    depends: str = ""
    refused: bool | None = False
    because_of: tuple[str, ...] = ()

    @property
    def actions(self) -> tuple[str, ...]:
        """The names of its calls."""
        return tuple(call.action for call in self.calls)

    @property
    def empties(self) -> bool:
        """Whether it takes what lies in the thing and leaves the thing itself, so that the copies which go with that stay."""
        return bool(self.depends) or self.actions[0].lower() in _EMPTIES


# What the S3 documentation says of deletes: a versioned bucket keeps what is deleted or overwritten; a bucket that is not empty
# is not deleted; expiry by lifecycle deletes without a right to delete, and waits for locks.
_STOPPED = {
    "s3:deleteobject": frozenset({GuardKind.VERSIONING}),
    "s3:putobject": frozenset({GuardKind.VERSIONING}),
    "s3:copyobject": frozenset({GuardKind.VERSIONING}),
}
# Deletion protection refuses the call that deletes the resource, the first one of its entry, and these. It does not know of what
# is deleted inside: items of a table, users of a pool, what SQL drops (the services' pages on deletion protection).
_REFUSED: Mapping[str, bool | None] = {
    "ec2:terminateinstances": True,
    "logs:deletelogstream": True,
    "neptune-graph:resetgraph": None,
}
# Calls that delete, overwrite or age out what lies in something that stays. So do those that depend on more than IAM: SQL and
# requests to the thing itself.
_EMPTIES = frozenset(
    {
        "aoss:deleteindex",
        "dynamodb:batchwriteitem",
        "dynamodb:deleteitem",
        "dynamodb:partiqldelete",
        "dynamodb:updatetimetolive",
        "elasticache:decreasereplicacount",
        "elasticache:modifyreplicationgroupshardconfiguration",
        "es:deleteindex",
        "s3tables:puttabledata",
        "s3tables:updatetablemetadatalocation",
        "workspaces:rebuildworkspaces",
        "workspaces:restoreworkspace",
    }
)
# What is left standing, comes back by itself, or moves elsewhere, is not destroyed.
_HARMLESS_ALONE = frozenset(
    {
        "backup:deletebackupvault",
        "cognito-idp:deleteuserpoolclient",
        "cognito-idp:deleteuserpooldomain",
        "ec2:detachvolume",
        "ec2:modifysnapshotattribute",
        "eks:deletefargateprofile",
        "eks:deletenodegroup",
        "elasticfilesystem:deletemounttarget",
        "rds:deletetenantdatabase",
        "rds:failoverglobalcluster",
        "rds:modifydbclustersnapshotattribute",
        "rds:modifydbsnapshotattribute",
        "s3:abortmultipartupload",
        "s3:deletebucket",
        "s3:deleteobjecttagging",
        "s3:deleteobjectversiontagging",
    }
)
_ALSO: Mapping[tuple[str, Verb], tuple[str, ...]] = {
    ("object_store", Verb.DESTROY): ("s3:DeleteObjectVersion", "s3:PutLifecycleConfiguration"),
    ("object_store", Verb.OVERWRITE): ("s3:PutObject",),
}
_KMS_KEY = ":kms:"  # in the ARN of a key; other things that hold keys have calls of their own
# The reference of actions gives the domain; requests are made of what lies in it, and policies name that (Amazon OpenSearch
# Service Developer Guide, "Identity and Access Management": `domain/NAME/*`).
_INSIDE = "es:eshttp"
# "Only manual snapshots may be deleted" (Amazon RDS API Reference, DeleteDBSnapshot): those that are among the inputs are asked
# for by name.
_MANUAL = frozenset({"rds:deletedbsnapshot", "rds:deletedbclustersnapshot"})
_UNSHOWN = "whether there are manual snapshots, which the inputs do not show"
_READS = {"aws_secretsmanager_secret": ("secretsmanager:GetSecretValue",), "aws_ssm_parameter": ("ssm:GetParameter",)}


def ways_of_store(entry: TypeEntry) -> Mapping[Verb, tuple[Way, ...]]:
    """Verb -> the ways to do it to a store of this type."""
    found: dict[Verb, tuple[Way, ...]] = {}
    table = actions().on_type(entry.type)
    if entry.kind == "key":
        taken = ("kms:ScheduleKeyDeletion", "kms:PutKeyPolicy") if _KMS_KEY in entry.arn else ()
        found[Verb.DESTROY_KEY] = _ways(entry, Verb.DESTROY_KEY, (*entry.delete_actions, *taken), ())
    elif entry.kind == "account":
        found[Verb.REMOVE_DOMAIN] = _ways(entry, Verb.REMOVE_DOMAIN, entry.delete_actions, ())
    else:
        found[Verb.DESTROY] = _ways(entry, Verb.DESTROY, entry.delete_actions, _with(table, "destroy-primary"))
        found[Verb.OVERWRITE] = _ways(entry, Verb.OVERWRITE, (), _with(table, "overwrite"))
    removals = dict.fromkeys(action for guard in entry.guards for action in guard.removed_by)
    found[Verb.WEAKEN] = _ways(entry, Verb.WEAKEN, (*entry.weaken_actions, *removals), ())
    found[Verb.READ_CREDENTIALS] = _ways(entry, Verb.READ_CREDENTIALS, _READS.get(entry.type, ()), ())
    return {verb: ways for verb, ways in found.items() if ways}


def ways_of_own_copies(entry: TypeEntry) -> tuple[Way, ...]:
    """The ways to destroy the copies that a store's own service keeps of it."""
    table = [each for each in actions().on_type(entry.type) if "destroy-backup" in each.effects]
    ways = _ways(entry, Verb.DESTROY_COPIES, entry.copy_delete_actions, table)
    return tuple(replace(way, depends=_UNSHOWN) if way.actions[0].lower() in _MANUAL else way for way in ways)


def ways_to_delete(entry: TypeEntry, verb: Verb) -> tuple[Way, ...]:
    """The ways that the catalog alone knows, for what is no store: a vault, a snapshot, an audit trail."""
    written = entry.copy_delete_actions if verb is Verb.DESTROY_COPIES and entry.copy_delete_actions else entry.delete_actions
    also = entry.weaken_actions if verb is Verb.STOP_AUDIT else ()
    return _ways(entry, verb, (*written, *also), ())


def _with(table: Iterable[Action], effect: str) -> list[Action]:
    return [each for each in table if effect in each.effects]


def _ways(entry: TypeEntry, verb: Verb, written: Iterable[str], table: Iterable[Action]) -> tuple[Way, ...]:
    found: dict[str, Way] = {}
    for name in (*written, *_ALSO.get((entry.kind, verb), ())):
        key = name.lower()
        if key not in _HARMLESS_ALONE or verb is Verb.WEAKEN:
            stopped = _STOPPED.get(key, frozenset()) if verb is not Verb.WEAKEN else frozenset()
            found.setdefault(key, Way((Call(name, place(name, entry.arn)),), stopped))
    for each in table:
        key = each.name.lower()
        at = place(each.name, entry.arn)
        if key not in _HARMLESS_ALONE and (at == OWN or at.startswith("+")):
            made = Way((Call(each.name, at),), _STOPPED.get(key, frozenset()), each.depends)
            found.setdefault(key, made)
    known = actions().by_name
    first = next(iter(entry.delete_actions), "").lower()
    return tuple(
        _told(way, known.get(key), refused=True if key == first else _REFUSED.get(key, False)) for key, way in found.items()
    )


def _told(way: Way, known: Action | None, *, refused: bool | None) -> Way:
    """The way with what the table of actions says of it."""
    return replace(way, depends=known.depends if known else "", because_of=known.because_of if known else (), refused=refused)


@lru_cache(maxsize=4096)
def place(action: str, own: str) -> str:
    """Where an action is checked, as `Call.at`, for a resource whose ARN template is `own`."""
    known = actions().by_name.get(action.lower())
    if known is None:
        return OWN
    templates = known.required or known.arns
    if not templates:
        return EVERYTHING
    if not own:
        return OWN
    if "${Vendor}" in templates[0] or action.lower().startswith(_INSIDE):
        return POINTS if "${Vendor}" in templates[0] else f"+/{_MARK}"
    shape = _shape(own)
    shapes = [_shape(template) for template in templates]
    if shape in shapes:
        return OWN
    for each in shapes:
        if each.startswith(shape) and each[len(shape) : len(shape) + 1] in {"/", ":"}:
            return f"+{each[len(shape) :]}"
    head = shape.rpartition(":")[2].partition(_MARK)[0]
    if head and any(_same_service(each, shape) and each.rpartition(":")[2].startswith(head) for each in shapes):
        return OWN
    heads = _heads(shape)
    if any(_heads(each) == heads for each in shapes):
        return OWN
    return _bound(templates[0], own)


def _bound(template: str, own: str) -> str:
    """The ARN template of something that belongs to a resource, with what the resource's own ARN tells of it: a snapshot of a
    cluster has the cluster's name in its ARN, a repository that of its domain."""
    names = _names(own)
    return _NAMED.sub(lambda found: names.get(found[1], found[0]), template)


@lru_cache(maxsize=1024)
def _names(own: str) -> Mapping[str, str]:
    """What AWS calls the parts of a resource's ARN -> the resource's arguments that hold them."""
    shape, service = _shape(own), own.split(":")[2]
    templates = (each for known in actions().of_service(service) for each in (*known.required, *known.arns))
    same = next((each for each in templates if _shape(each) == shape), "")
    pairs = zip(_HOLES.findall(same.rpartition(":")[2]), _HOLES.findall(own.rpartition(":")[2]), strict=False)
    return {aws.strip("${}"): argument for aws, argument in pairs if argument.startswith("{")}


def _shape(template: str) -> str:
    """The template with its holes made equal; a hole for a region or an account that another leaves empty is empty too."""
    fields = _HOLES.sub(_MARK, template).split(":", 5)
    return ":".join([*fields[:3], *("" for _ in fields[3:5]), *fields[5:]])


def _same_service(one: str, other: str) -> bool:
    return one.split(":")[2:3] == other.split(":")[2:3]


def _heads(shape: str) -> tuple[str, str]:
    """The service, and the text before the first hole of the last field."""
    fields = shape.split(":", 5)
    return fields[2] if len(fields) > 2 else "", fields[-1].partition(_MARK)[0] or _MARK


def inner(suffix: str, hole: str) -> str:
    """The part of an ARN behind the resource's own, with a hole for each that the template has."""
    return suffix[1:].replace(_MARK, hole)


def verbs_of(ways: Mapping[Verb, tuple[Way, ...]]) -> Iterator[tuple[Verb, Way]]:
    """All ways with their verbs."""
    for verb, found in ways.items():
        for way in found:
            yield verb, way
