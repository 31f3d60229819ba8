"""Whether one approval is what it must be: signed by a person who may, for this plan, now. Each refusal has a reason of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from msgspec import Struct

from policypack.gate import sshsig
from policypack.gate.approval import NAMESPACE, SUFFIX, Approval, ApprovalRefused, Changed, Presented, changed, read_approval
from policypack.gate.digest import Digest
from policypack.gate.need import Need
from policypack.gate.signers import Signer, Signers, folded
from policypack.gate.sshkeys import KeyRefused, Touch, fingerprint
from policypack.gate.sshsig import Signature, SignatureRefused
from policypack.settings.gate import GateSettings

SKEW = timedelta(minutes=5)
"""How far two clocks may be apart. An hour is more than clocks drift: it is a wrong zone, or somebody's wish."""
_SHOWN = 5


class Refusal(Struct, frozen=True):
    """Why an approval, or the lack of one, does not pass. `code` is for machines and stays, `text` is for people."""

    code: str
    text: str
    approval: str = ""


class Accepted(Struct, frozen=True):
    """An approval that counts. `person` are all names of whoever signed it."""

    approval: Approval
    person: tuple[str, ...]
    fingerprint: str
    touch: Touch
    name: str = ""
    statement: bytes = b""


Objection = Callable[[Presented, Accepted], Refusal | None]
"""What else may speak against an approval that is right in itself: that it was spent, or where it comes from."""


class Terms(Struct, frozen=True):
    """What approvals are held to. `digest` is UNTOLD where no approval is handed in: it costs as much as reading the plan. `requesters` are those who asked for the change, as the pipeline knows them, empty where it
    does not. `planned` is when the plan says that it was made, None where it does not say so."""

    digest: Digest
    needs: tuple[Need, ...]
    signers: Signers
    settings: GateSettings
    now: datetime
    requesters: tuple[str, ...] = ()
    planned: datetime | None = None
    objections: Sequence[Objection] = ()


def verify(presented: Presented, terms: Terms) -> Accepted | Refusal:
    """The approval where it counts, or the first reason why it does not."""
    try:
        return _verified(presented, terms)
    except _RefusedError as error:
        return Refusal(error.code, f"{presented.name}: {error}", presented.name)


class _RefusedError(Exception):
    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def _verified(presented: Presented, terms: Terms) -> Accepted | Refusal:
    signature = _signature(presented)
    person = _person(signature, terms)
    try:
        touch = sshsig.verify(signature, presented.statement)
    except KeyRefused as error:
        raise _RefusedError("bad_signature", str(error)) from error
    try:
        approval = read_approval(presented.statement)
    except ApprovalRefused as error:
        raise _RefusedError("malformed", str(error)) from error
    _binds(approval, terms)
    _holds(approval, terms)
    _dates(terms.signers.of_key(signature.key), approval, terms.now)
    _asked_by_another(approval, person, terms.requesters)
    accepted = Accepted(approval, person, fingerprint(signature.key), touch, presented.name, presented.statement)
    return next((each for object_ in terms.objections if (each := object_(presented, accepted)) is not None), accepted)


def _signature(presented: Presented) -> Signature:
    if presented.signature is None:
        raise _RefusedError("unsigned", f"nobody signed it: there is no {presented.name}{SUFFIX} beside it")
    try:
        signature = sshsig.read_signature(presented.signature)
    except SignatureRefused as error:
        code = "truncated" if error.truncated else "unreadable_signature"
        raise _RefusedError(code, f"its signature cannot be read: {error}") from error
    if signature.namespace != NAMESPACE:
        said = f"it is signed for {signature.namespace[:60]!r}, and not as an approval (-n {NAMESPACE})"
        raise _RefusedError("wrong_namespace", said)
    return signature


def _person(signature: Signature, terms: Terms) -> tuple[str, ...]:
    """All names of whoever holds the key, if that is a person who may sign approvals."""
    called = fingerprint(signature.key)
    person = terms.signers.person(signature.key)
    keys = {called, *(each.fingerprint for name in person for each in terms.signers.of_name(name))}
    if any(each in keys or any(fnmatchcase(name, folded(each)) for name in person) for each in terms.settings.agents):
        raise _RefusedError("agent", f"the key {called} is of somebody who is listed as an agent, and agents approve nothing")
    if not person:
        passed = "; ".join(terms.signers.passed_over[:_SHOWN])
        hint = f" (passed over: {passed})" if passed else ""
        raise _RefusedError("unknown_key", f"the key {called} is nobody's who may approve{hint}")
    if not any(each.serves(NAMESPACE) for each in terms.signers.of_key(signature.key)):
        raise _RefusedError("key_for_other_uses", f"the key of {person[0]} is not for {NAMESPACE}: see its namespaces=")
    return person


def _binds(approval: Approval, terms: Terms) -> None:
    """Refuses an approval of anything but exactly this."""
    given, wanted = set(approval.changes), set(changed(terms.needs))
    named, there = {each.address for each in given}, {each.address for each in wanted}
    if not named & there:
        raise _RefusedError("other_plan", f"it is for another plan: it approves {_listed(given)}")
    if more := {each for each in wanted if each.address not in named}:
        raise _RefusedError("more_addresses", f"the plan goes further than it: {_listed(more)}")
    if less := {each for each in given if each.address not in there}:
        raise _RefusedError("fewer_addresses", f"it approves what is not in the plan: {_listed(less)}")
    if given != wanted or approval.digest.changes != terms.digest.changes:
        differ = given ^ wanted
        raise _RefusedError("other_changes", f"the plan does something else to the same: {_listed(differ or wanted)}")
    if approval.digest.plan != terms.digest.plan:
        raise _RefusedError("plan_differs", "the plan is not the one that was approved, though it destroys the same")
    if approval.digest.file != terms.digest.file:
        raise _RefusedError(*_FILES[approval.digest.file is None, terms.digest.file is None])


_FILES = {
    (False, False): ("file_differs", "the binary plan file is not the one that was approved"),
    (False, True): ("file_not_given", "it is bound to a binary plan file, and none is given: name it with --plan-file"),
    (True, False): ("file_not_bound", "it does not say which binary plan file it is for: approve with --plan-file"),
}


def _listed(changes: set[Changed]) -> str:
    shown = [f"{each.address} ({'/'.join(each.actions) or each.kind})" for each in sorted(changes)]
    more = f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
    return ", ".join(shown[:_SHOWN]) + more


def _holds(approval: Approval, terms: Terms) -> None:
    """Refuses an approval that is not valid now, and to tell when a clock that is plainly wrong says so."""
    now = terms.now
    if terms.planned is not None and terms.planned > now + SKEW:
        raise _RefusedError(
            "clock_behind", f"the clock is wrong: it is {_said(now)}, and the plan was made {_said(terms.planned)}"
        )
    if approval.issued > now + SKEW:
        said = f"it is from the future: issued {_said(approval.issued)}, and it is {_said(now)}; one of two clocks is wrong"
        raise _RefusedError("not_yet", said)
    if approval.expires <= now:
        raise _RefusedError("expired", f"it expired {_said(approval.expires)}, and it is {_said(now)}")
    hours = terms.settings.max_hours
    if approval.expires <= approval.issued or approval.expires - approval.issued > timedelta(hours=hours):
        raise _RefusedError("too_long", f"it is valid for longer than {hours} hours (gate.max_hours), or for no time at all")


def _dates(entries: Sequence[Signer], approval: Approval, now: datetime) -> None:
    """Refuses a key outside of its dates, both now and when it says that it signed: it could say any time."""
    serving = [each for each in entries if each.serves(NAMESPACE)]
    if not any(_within(each, now) and _within(each, approval.issued) for each in serving):
        after = any(each.valid_before is not None and now >= each.valid_before for each in serving)
        when = "is no longer" if after else "is not yet, or was not when it signed,"
        raise _RefusedError("key_out_of_date", f"the key of {entries[0].names[0]} {when} valid: see its dates")


def _within(signer: Signer, moment: datetime) -> bool:
    begun = signer.valid_after is None or moment >= signer.valid_after
    return begun and (signer.valid_before is None or moment < signer.valid_before)


def _asked_by_another(approval: Approval, person: tuple[str, ...], requesters: Sequence[str]) -> None:
    asking = {folded(each) for each in (approval.requester, *requesters)}
    if own := sorted(asking & set(person)):
        raise _RefusedError(
            "own_request", f"{own[0]} asked for this change, and nobody approves what they asked for themselves"
        )
    if requesters and folded(approval.requester) not in {folded(each) for each in requesters}:
        said = f"it is for a change that {approval.requester} asked for, and {', '.join(requesters)} asked for this one"
        raise _RefusedError("other_requester", said)


def _said(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")
