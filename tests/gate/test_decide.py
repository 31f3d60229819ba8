"""A destructive plan with an approval that is right passes; with one that is wrong in any single way it does not."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Raw
from msgspec.structs import replace

from policypack.gate.approval import Presented
from policypack.gate.decide import Decision, decide, demand_of, planned_at
from policypack.gate.digest import members_of
from policypack.gate.need import Need
from policypack.gate.sshkeys import SK_ED25519
from policypack.gate.verify import Accepted, Refusal, Terms, verify
from policypack.settings.gate import Demand, GateRule, GateSettings
from tests.gate.approving import (
    AGENT,
    ALICE,
    BOB,
    BUCKET,
    MALLORY,
    NOW,
    PLAN,
    TABLE,
    Change,
    Person,
    signed,
    signers,
    terms,
)

HOUR = timedelta(hours=1)
OTHER = b'{"format_version":"1.2","resource_changes":[{"address":"aws_s3_bucket.old"}]}'


def codes(decision: Decision) -> tuple[str, ...]:
    """Why approvals were refused."""
    return tuple(each.code for each in decision.refused)


def test_a_right_approval_passes() -> None:
    """A retired production table may go: signed by a person, for this plan, two hours ago, and asked for by somebody else."""
    decision = decide([signed()], terms())
    assert decision.passes
    assert [each.person for each in decision.accepted] == [("alice",)]
    assert not decision.refused


def test_nothing_to_approve_passes_in_silence() -> None:
    """Where nothing needs approval, no approval is read, not even a bad one."""
    assert decide([Presented("x", b"", None)], terms(needs=())) == Decision()


def test_nothing_handed_in_does_not_pass() -> None:
    """A destructive plan without an approval is refused, with what it takes."""
    decision = decide([], terms())
    assert [each.text for each in decision.missing] == ["aws_dynamodb_table.old: needs an approval"]


MUTATIONS: dict[str, tuple[Callable[[], Presented], Callable[[], Terms], str]] = {
    "one byte of the plan": (signed, lambda: terms(plan=PLAN.replace(b'"1.2"', b'"1.3"')), "plan_differs"),
    "one address more": (signed, lambda: terms(needs=(TABLE, BUCKET)), "more_addresses"),
    "one address less": (lambda: signed(change=Change(needs=(BUCKET, TABLE))), terms, "fewer_addresses"),
    "another action": (signed, lambda: terms(needs=(replace(TABLE, actions=("delete", "create")),)), "other_changes"),
    "another kind more": (signed, lambda: terms(needs=(TABLE, replace(TABLE, kind="agent_gains_power"))), "other_changes"),
    "another plan": (lambda: signed(change=Change(plan=OTHER, needs=(BUCKET,))), terms, "other_plan"),
    "another plan file": (lambda: signed(change=Change(file="cd" * 32)), terms, "file_differs"),
    "no plan file": (lambda: signed(change=Change(file=None)), terms, "file_not_bound"),
    "plan file withheld": (signed, lambda: replace(terms(), digest=replace(terms().digest, file=None)), "file_not_given"),
    "expired": (lambda: signed(change=Change(issued=-25 * HOUR)), terms, "expired"),
    "expires this second": (lambda: signed(change=Change(issued=-24 * HOUR)), terms, "expired"),
    "valid for a week": (lambda: signed(change=Change(valid=168 * HOUR)), terms, "too_long"),
    "expires before it is issued": (lambda: signed(change=Change(issued=HOUR / 20, valid=-HOUR / 60)), terms, "too_long"),
    "approver's clock an hour ahead": (lambda: signed(change=Change(issued=HOUR)), terms, "not_yet"),
    "gate's clock an hour behind": (lambda: signed(change=Change(issued=0 * HOUR)), lambda: terms(now=NOW - HOUR), "not_yet"),
    "clock behind the plan": (signed, lambda: replace(terms(), planned=NOW + HOUR), "clock_behind"),
    "approver is the requester": (lambda: signed(change=Change(requester="Alice ")), terms, "own_request"),
    "approver started the run": (signed, lambda: replace(terms(), requesters=("ALICE", "carol")), "own_request"),
    "another requester": (lambda: signed(change=Change(requester="dave")), terms, "other_requester"),
    "an agent's key": (lambda: signed(AGENT), terms, "agent"),
    "somebody else's key": (lambda: signed(MALLORY), terms, "unknown_key"),
    "wrong namespace": (lambda: signed(change=Change(namespace="git")), terms, "wrong_namespace"),
    "unsigned": (lambda: replace(signed(), signature=None), terms, "unsigned"),
    "signature truncated": (lambda: replace(signed(), signature=(signed().signature or b"")[:150]), terms, "truncated"),
    "signature of nonsense": (lambda: replace(signed(), signature=b"yes"), terms, "unreadable_signature"),
    "statement truncated": (lambda: replace(signed(), statement=signed().statement[:-30]), terms, "bad_signature"),
    "statement changed": (lambda: replace(signed(), statement=signed().statement + b" "), terms, "bad_signature"),
    "signature of another": (
        lambda: replace(signed(), signature=signed(change=Change(file=None)).signature),
        terms,
        "bad_signature",
    ),
    "signed nonsense": (lambda: Presented("x", b"yes", ALICE.sign(b"yes")), terms, "malformed"),
    "key for other uses": (signed, lambda: terms(who=signers(f'alice namespaces="git" {ALICE.public}')), "key_for_other_uses"),
    "key no longer valid": (
        signed,
        lambda: terms(who=signers(f'alice valid-before="20261125Z" {ALICE.public}')),
        "key_out_of_date",
    ),
    "key ended since it signed": (
        signed,
        lambda: terms(who=signers(f'alice valid-before="202611251100Z" {ALICE.public}')),
        "key_out_of_date",
    ),
    "key for approvals ended, for other uses not": (
        signed,
        lambda: terms(who=signers(f'alice valid-before="20260101Z" {ALICE.public}', f'alice namespaces="git" {ALICE.public}')),
        "key_out_of_date",
    ),
    "key not yet valid": (
        signed,
        lambda: terms(who=signers(f'alice valid-after="20261126Z" {ALICE.public}')),
        "key_out_of_date",
    ),
    "key newer than what it signed": (
        signed,
        lambda: terms(who=signers(f'alice valid-after="202611251100Z" {ALICE.public}')),
        "key_out_of_date",
    ),
    "a pattern for a name": (signed, lambda: terms(who=signers(f"* {ALICE.public}")), "unknown_key"),
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_wrong_approval_is_refused(mutation: str) -> None:
    """Each way of being wrong is refused for its own reason, and the plan does not pass."""
    presented, held_to, code = MUTATIONS[mutation]
    decision = decide([presented()], held_to())
    assert codes(decision) == (code,)
    assert not decision.passes
    assert not decision.accepted


def test_each_reason_is_told_apart() -> None:
    """No two mutations of different cause read the same, so that a log tells what was tried."""
    texts: dict[str, set[str]] = {}
    for presented, held_to, code in MUTATIONS.values():
        refusal = decide([presented()], held_to()).refused[0]
        texts.setdefault(refusal.text, set()).add(code)
    assert all(len(each) == 1 for each in texts.values())
    assert len({code for _, _, code in MUTATIONS.values()}) >= 20


def test_the_clock_may_drift() -> None:
    """Two clocks are never the same: minutes are forgiven."""
    assert decide([signed(change=Change(issued=timedelta(minutes=3)))], terms()).passes


TWO = GateSettings(demand=Demand(approvals=2))


def test_two_approvals_by_one_person_are_one() -> None:
    """Two people must be two, not one twice, not one with two keys, and not one with two names."""
    again = replace(signed(change=Change(nonce="1e" * 16)), name="again.approval.json")
    decision = decide([signed(), again], terms(gate=TWO))
    assert [each.code for each in decision.missing] == ["same_person"]
    spare = Person("alice", 9)
    who = signers(f"alice,alice@example.com {ALICE.public}", f"Alice@Example.com {spare.public}", f"bob {BOB.public}")
    decision = decide([signed(), signed(spare)], terms(gate=TWO, who=who))
    assert [each.code for each in decision.missing] == ["same_person"]
    assert decide([signed(), signed(BOB)], terms(gate=TWO, who=who)).passes
    assert [each.code for each in decide([signed()], terms(gate=TWO, who=who)).missing] == ["not_enough"]


def test_the_requester_cannot_use_a_second_name() -> None:
    """Whoever asked is known by all their names and keys."""
    spare = Person("root", 9)
    who = signers(f"alice,carol {ALICE.public}", f"carol,ops {spare.public}")
    assert codes(decide([signed(), signed(spare)], terms(who=who))) == ("own_request", "own_request")


def test_an_agent_is_known_by_its_key() -> None:
    """An agent's key approves nothing under any name; the refusal names the key."""
    called = terms().signers.of_key(AGENT.key)[0].fingerprint
    who = signers(f"dave {AGENT.public}")
    refusal = verify(signed(AGENT), terms(gate=GateSettings(agents=(called,)), who=who))
    assert isinstance(refusal, Refusal)
    assert refusal.code == "agent"
    assert called in refusal.text


def test_an_agent_does_not_get_by_with_another_key() -> None:
    """Where one key of somebody is listed as an agent's, none of their keys approves anything."""
    called = terms().signers.of_key(AGENT.key)[0].fingerprint
    who = signers(f"bot {AGENT.public}", f"Bot,dave {MALLORY.public}", f"alice {ALICE.public}")
    gate = GateSettings(agents=(called,))
    assert codes(decide([signed(MALLORY)], terms(gate=gate, who=who))) == ("agent",)
    assert decide([signed()], terms(gate=gate, who=who)).passes


def hardware(flags: int) -> tuple[str, Presented]:
    """The line of a hardware key in the signers file, and an approval that it signed with these flags."""
    import hashlib

    from policypack.gate.approval import NAMESPACE
    from policypack.gate.sshsig import armoured, to_sign
    from policypack.gate.sshwire import string

    private = Ed25519PrivateKey.from_private_bytes(b"\7" * 32)
    blob = string(SK_ED25519.encode()) + string(private.public_key().public_bytes_raw()) + string(b"ssh:")
    statement = signed().statement
    seen = bytes([flags, 0, 0, 0, 1])
    whole = hashlib.sha256(b"ssh:").digest() + seen + hashlib.sha256(to_sign(statement, NAMESPACE)).digest()
    body = string(SK_ED25519.encode()) + string(private.sign(whole)) + seen
    return f"alice {SK_ED25519} {base64.b64encode(blob).decode()}", Presented("sk", statement, armoured(blob, NAMESPACE, body))


@pytest.mark.parametrize(
    ("demand", "flags", "passes"),
    [
        (Demand(presence=True), 1, True),
        (Demand(presence=True), 0, False),
        (Demand(presence=True), 4, False),
        (Demand(verification=True), 1, False),
        (Demand(presence=True, verification=True), 5, True),
        (Demand(), 0, True),
    ],
)
def test_a_touch_can_be_demanded(demand: Demand, flags: int, passes: bool) -> None:
    """Where settings ask for a touch or a PIN, an approval counts only where the hardware vouches for it."""
    line, presented = hardware(flags)
    decision = decide([presented], terms(gate=GateSettings(demand=demand), who=signers(line)))
    assert decision.passes is passes


def test_a_key_in_a_file_is_no_touch() -> None:
    """An ordinary key does not count where hardware is asked for, and the refusal says why."""
    decision = decide([signed()], terms(gate=GateSettings(demand=Demand(presence=True))))
    assert "nobody had to touch" in decision.missing[0].text


def test_rules_ask_for_more() -> None:
    """A rule of an environment, a check or an address is asked for where it matches, and the strictest of all that do."""
    strict = Demand(approvals=2)
    settings = GateSettings(
        rules=(
            GateRule(strict, environments=("prod*",)),
            GateRule(Demand(3, ("Bob", "alice")), checks=("lock_*",), addresses=("*vault*",)),
        )
    )
    development = replace(TABLE, environment="development")
    unknown = replace(TABLE, environment="")
    lock = Need("lock_removed", "aws_backup_vault.x", ("update",), "")
    assert demand_of(TABLE, settings) == strict
    assert demand_of(development, settings) == Demand()
    assert demand_of(unknown, settings) == strict
    assert demand_of(lock, settings) == Demand(3, ("alice", "bob"))
    assert demand_of(replace(lock, kind="store_destroyed", environment="development"), settings) == Demand()


def test_lists_that_share_nobody_leave_nobody() -> None:
    """Two rules whose approvers are different people are met by nobody, and not by everybody."""
    rules = (GateRule(Demand(approvers=("alice",)), addresses=("*",)), GateRule(Demand(approvers=("bob",)), addresses=("*",)))
    assert not decide([signed(), signed(BOB)], terms(gate=GateSettings(rules=rules))).passes
    assert decide([signed()], terms(gate=GateSettings(rules=rules[:1]))).passes
    assert not decide([signed(BOB)], terms(gate=GateSettings(rules=rules[:1]))).passes


def test_every_need_is_counted() -> None:
    """One change that asks for more than it has stops the whole plan."""
    gate = GateSettings(rules=(GateRule(Demand(approvals=2), addresses=("aws_s3_bucket.*",)),))
    both = Change(needs=(TABLE, BUCKET))
    decision = decide([signed(change=both)], terms(needs=(TABLE, BUCKET), gate=gate))
    assert [each.text for each in decision.missing] == [
        "aws_s3_bucket.old: needs the approvals of 2 different people, and 1 approved"
    ]


def test_without_signers_nobody_approves() -> None:
    """Where no file names anybody, no approval counts, and the gate says what is missing."""
    decision = decide([signed()], terms(who=signers("# nobody yet")))
    assert codes(decision) == ("unknown_key",)
    assert [each.code for each in decision.missing] == ["no_signers"]


def test_an_objection_refuses() -> None:
    """What speaks against an approval that is right in itself is asked last, and refuses it."""
    seen: list[str] = []

    def spent(presented: Presented, accepted: Accepted) -> Refusal | None:
        seen.append(accepted.approval.nonce)
        return Refusal("spent", "spent", presented.name)

    assert codes(decide([signed(), signed(AGENT)], replace(terms(), objections=(spent,)))) == ("spent", "agent")
    assert seen == ["0f" * 16]


def test_the_time_of_a_plan() -> None:
    """When a plan was made is read from it, and is not known where it says nothing that Terraform would say."""
    assert planned_at(members_of(PLAN)["timestamp"]) == NOW - 3 * HOUR
    for other in (b"null", b"7", b'"soon"', b"{}"):
        assert planned_at(Raw(other)) is None
