"""What stands in the way of destroying a target of AWS, and the calls that take it away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct

from policypack.authority.ways import Call, Way, place, verbs_of
from policypack.model import Enforced, Guard, GuardKind, Lock, Unknown, Verb

if TYPE_CHECKING:
    from policypack.authority.targets import Block, Target


class Obstacle(Struct, frozen=True):
    """What makes a way fail on a target, and the calls of which each takes it away; none of them: it stays."""

    certain: bool
    calls: tuple[Call, ...]
    guard: Guard | None = None


def obstacles(target: Target, verb: Verb, way: Way, arn: str) -> Iterator[Obstacle]:
    """What stands in a way to destroy a target, while it holds."""
    if verb not in {Verb.DESTROY, Verb.OVERWRITE, Verb.DESTROY_COPIES}:
        return
    for guard in target.guards:
        known = isinstance(guard.holds, bool)
        if guard.kind in way.stopped_by and guard.holds is not False:
            yield Obstacle(known, (), guard)
        elif guard.kind is GuardKind.DELETION_PROTECTION and guard.enforced is Enforced.API and guard.holds is not False:
            if verb is Verb.DESTROY and way.refused is not False:
                yield Obstacle(
                    known and way.refused is True, tuple(Call(action, place(action, arn)) for action in guard.removed_by), guard
                )
        elif guard.kind is GuardKind.LOCK and target.resource.type == "aws_s3_bucket":
            yield from _object_lock(guard, way)
    if target.lock is not None:
        yield from _vault_lock(target.lock)


def _object_lock(guard: Guard, way: Way) -> Iterator[Obstacle]:
    """Compliance stays. Governance yields to a right of its own, which an expiry by lifecycle does not have. New objects
    can always be written (Amazon S3 User Guide, Object Lock)."""
    if way.actions[0].lower() in {"s3:putobject", "s3:deleteobject"}:
        return
    if guard.holds is not False:
        yield Obstacle(guard.holds is True, (), guard)
    elif guard.value == "GOVERNANCE":
        deletes = way.calls[0].at.startswith("+")
        yield Obstacle(True, (Call("s3:BypassGovernanceRetention", way.calls[0].at),) if deletes else (), guard)


def _vault_lock(lock: Lock | Unknown) -> Iterator[Obstacle]:
    mode = lock if isinstance(lock, Unknown) else lock.mode
    if isinstance(mode, Unknown):
        yield Obstacle(False, ())
    elif mode == "compliance":
        yield Obstacle(True, ())
    elif mode == "governance":
        yield Obstacle(True, (Call("backup:DeleteBackupVaultLockConfiguration"),))


def removals(block: Block) -> Iterator[Call]:
    """All calls that take something away that stands in the way of another."""
    for target in block.targets:
        for verb, way in verbs_of(block.ways):
            for obstacle in obstacles(target, verb, way, block.arn):
                yield from obstacle.calls
    yield from policy_edits(block)
    yield from tag_edits(block)


_EDITS: Mapping[str, tuple[str, ...]] = {
    "aws_s3_bucket": ("s3:DeleteBucketPolicy", "s3:PutBucketPolicy"),
    "aws_backup_vault": ("backup:DeleteBackupVaultAccessPolicy", "backup:PutBackupVaultAccessPolicy"),
    "aws_backup_logically_air_gapped_vault": ("backup:DeleteBackupVaultAccessPolicy", "backup:PutBackupVaultAccessPolicy"),
    "aws_secretsmanager_secret": ("secretsmanager:DeleteResourcePolicy", "secretsmanager:PutResourcePolicy"),
    "aws_dynamodb_table": ("dynamodb:DeleteResourcePolicy", "dynamodb:PutResourcePolicy"),
    "aws_ecr_repository": ("ecr:DeleteRepositoryPolicy", "ecr:SetRepositoryPolicy"),
    "aws_efs_file_system": ("elasticfilesystem:DeleteFileSystemPolicy", "elasticfilesystem:PutFileSystemPolicy"),
}


_TAGS: Mapping[str, tuple[str, ...]] = {
    "rds": ("rds:AddTagsToResource", "rds:RemoveTagsFromResource"),
    "ec2": ("ec2:CreateTags", "ec2:DeleteTags"),
    "s3": ("s3:PutBucketTagging",),
    "elasticache": ("elasticache:AddTagsToResource", "elasticache:RemoveTagsFromResource"),
    "redshift": ("redshift:CreateTags", "redshift:DeleteTags"),
    "elasticfilesystem": ("elasticfilesystem:TagResource", "elasticfilesystem:UntagResource"),
}


def tag_edits(block: Block) -> tuple[Call, ...]:
    """The calls with which a caller changes the tags of a target, on which conditions may depend."""
    return () if Verb.WRITE_STATE in block.ways else _tag_edits(block.arn)


@cache
def _tag_edits(arn: str) -> tuple[Call, ...]:
    service = arn.split(":")[2] if arn.count(":") > 2 else ""
    if not service:
        return ()
    return tuple(Call(each) for each in _TAGS.get(service, (f"{service}:TagResource", f"{service}:UntagResource")))


def policy_edits(block: Block) -> tuple[Call, ...]:
    """The calls that take away a Deny in the targets' own policies, where any has one."""
    if not block.edits:
        block.edits.append(tuple(_policy_edits(block)))
    return block.edits[0]


def _policy_edits(block: Block) -> tuple[Call, ...]:
    kind = block.targets[0].resource.type
    if not any(target.policies for target in block.targets):
        return ()
    return tuple(Call(action) for action in _EDITS.get(kind, ()))
