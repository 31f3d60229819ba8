"""Approvals for tests: people with keys, a plan, and what each of them signed."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec import Struct

from policypack.gate.approval import NAMESPACE, Approval, Presented, changed, written
from policypack.gate.digest import digest, members_of
from policypack.gate.need import Need
from policypack.gate.signers import Signers, read_signers
from policypack.gate.sshsig import armoured, to_sign
from policypack.gate.sshwire import string
from policypack.gate.verify import Terms
from policypack.settings.gate import GateSettings

NOW = datetime(2026, 11, 25, 12, 0, 0, tzinfo=timezone.utc)
PLAN = b'{"format_version":"1.2","timestamp":"2026-11-25T09:00:00Z","resource_changes":[{"address":"aws_dynamodb_table.old"}]}'
TABLE = Need("store_destroyed", "aws_dynamodb_table.old", ("delete",), "the table is deleted", environment="production")
BUCKET = Need("store_destroyed", "aws_s3_bucket.old", ("delete",), "the bucket is deleted", environment="production")
FILE = "ab" * 32
PROJECT = Path(__file__).resolve().parents[2]


class Person:
    """Somebody with a name and a key."""

    def __init__(self, name: str, seed: int) -> None:
        self.name = name
        self._private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        self.public = self._private.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()

    @property
    def key(self) -> bytes:
        """The public key in SSH's encoding."""
        return base64.b64decode(self.public.split()[1])

    def sign(self, statement: bytes, namespace: str = NAMESPACE) -> bytes:
        """The person's signature of the text."""
        body = self._private.sign(to_sign(statement, namespace))
        return armoured(self.key, namespace, string(b"ssh-ed25519") + string(body))


ALICE, BOB, AGENT, MALLORY = (Person(name, seed) for seed, name in enumerate(("alice", "bob", "agent", "mallory"), 1))


def signers(*lines: str) -> Signers:
    """What an allowed_signers file with these lines says; without any: alice, bob and the agent."""
    return read_signers("\n".join(lines or [f"{each.name} {each.public}" for each in (ALICE, BOB, AGENT)]), "signers")


class Change(Struct, frozen=True):
    """What a test changes about an approval that is right."""

    plan: bytes = PLAN
    needs: tuple[Need, ...] = (TABLE,)
    file: str | None = FILE
    issued: timedelta = timedelta(hours=-2)
    valid: timedelta = timedelta(hours=24)
    requester: str = "carol"
    namespace: str = NAMESPACE
    nonce: str = "0f" * 16


def approval(change: Change | None = None) -> Approval:
    """An approval that is right, but for what is changed about it."""
    change = change or Change()
    issued = NOW + change.issued
    bound = digest(members_of(change.plan), change.needs, change.file)
    return Approval(
        form="policypack-approval/1",
        digest=bound,
        changes=changed(change.needs),
        reason="the table was replaced in October",
        requester=change.requester,
        issued=issued,
        expires=issued + change.valid,
        nonce=change.nonce,
    )


def signed(person: Person = ALICE, change: Change | None = None) -> Presented:
    """The approval as it is handed in, signed by somebody."""
    change = change or Change()
    statement = written(approval(change))
    return Presented(f"{person.name}.approval.json", statement, person.sign(statement, change.namespace))


def terms(
    needs: Sequence[Need] = (TABLE,),
    plan: bytes = PLAN,
    now: datetime = NOW,
    gate: GateSettings | None = None,
    who: Signers | None = None,
) -> Terms:
    """What approvals are held to."""
    gate = gate or GateSettings(agents=("agent",))
    return Terms(digest(members_of(plan), needs, FILE), tuple(needs), signers() if who is None else who, gate, now, ("carol",))
