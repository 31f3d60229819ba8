"""`policypack approve`: the human side of the gate. It shows what will happen, and writes what a person signs."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from msgspec import Struct

from policypack.gate.approval import FORM, NAMESPACE, SUFFIX, Approval, Presented, changed, written
from policypack.gate.command import GateRequest, judged_plan
from policypack.gate.decide import demand_of
from policypack.gate.digest import hashed
from policypack.gate.signing import sign
from policypack.gate.summary import text
from policypack.gate.terms import Bound, terms_of
from policypack.gate.trusted import trusted
from policypack.gate.verify import Refusal, Terms, verify
from policypack.model import replace
from policypack.read.options import ReadError
from policypack.scan import ScanError, silent
from policypack.settings.gate import Demand
from policypack.visible import visible

_KEYS = ("id_ed25519_sk", "id_ecdsa_sk", "id_ed25519", "id_ecdsa", "id_rsa")  # a key that has to be touched first


class ApproveRequest(Struct, frozen=True):
    """One `policypack approve`, as written on the command line. `hours` is how long it is valid, None for as long as may be up
    to a day."""

    gate: GateRequest
    reason: str
    requester: str
    key: Path | None = None
    hours: int | None = None
    output: Path | None = None


class Prepared(Struct, frozen=True):
    """What a person is shown before they sign. `approval` is None where there is nothing to sign: see `exit_code`."""

    text: str
    exit_code: int
    approval: Approval | None = None
    terms: Terms | None = None


def prepare(request: ApproveRequest, tell: Callable[[str], None] = silent) -> Prepared:
    """The summary of a plan, and the approval of it, not signed yet. Raises ScanError, SettingsError or ReadError where there
    can be none."""
    if request.gate.plan == "-":
        raise ScanError("an approval is for a plan's file", "write what terraform show -json prints to one")
    if not request.reason.strip() or not request.requester.strip():
        raise ScanError("an approval says why, and who asked for the change", "give --reason and --requester")
    source = trusted(request.gate.config, Path.cwd(), request.gate.policy_ref)
    judged = judged_plan(request.gate, tell, source.settings)
    shown = text(judged, request.gate.width)
    if judged.unjudged:
        return Prepared(shown, 2)
    if not judged.needs:
        return Prepared("nothing in this plan needs approval\n", 0)
    tell("making the digest")
    terms = terms_of(judged.needs, Bound(hashed(judged.text), judged.file_sha256), source.authority)
    approval = _approval(request, terms)
    other = f"the gate will refuse: {visible(source.differs.text)}\n" if source.differs is not None else ""
    return Prepared(f"{shown}\n{other}{_asked(terms)}\n", 0, approval, terms)


def _approval(request: ApproveRequest, terms: Terms) -> Approval:
    most = terms.settings.max_hours
    hours = min(24, most) if request.hours is None else request.hours
    if not 1 <= hours <= most:
        raise ScanError(
            f"--hours {hours}: an approval is valid for 1 to {most} hours", "gate.max_hours in the settings says how long"
        )
    issued = terms.now.replace(microsecond=0)
    return Approval(
        form=FORM,
        digest=terms.digest,
        changes=changed(terms.needs),
        reason=request.reason,
        requester=request.requester.strip(),
        issued=issued,
        expires=issued + timedelta(hours=hours),
        nonce=secrets.token_hex(16),
    )


def _asked(terms: Terms) -> str:
    """What the settings ask for, one line for each thing that differs."""
    demands = dict.fromkeys(demand_of(each, terms.settings) for each in terms.needs)
    return "\n".join(f"asked for: {_said(each)}" for each in demands)


def _said(demand: Demand) -> str:
    count = "one approval" if demand.approvals == 1 else f"the approvals of {demand.approvals} different people"
    of = f" of {', '.join(each or 'nobody' for each in demand.approvers)}" if demand.approvers else ""
    key = (
        ", with a hardware key that knows who touches it"
        if demand.verification
        else ", with a hardware key"
        if demand.presence
        else ""
    )
    return f"{count}{of}{key}"


def seal(request: ApproveRequest, prepared: Prepared) -> str:
    """Signs and writes the approval, and says where. Raises ReadError where nobody signs or nothing can be written."""
    if prepared.approval is None or prepared.terms is None:
        raise ScanError("there is nothing to sign", "")
    statement = written(prepared.approval)
    signature = sign(statement, request.key or _usual_key(), NAMESPACE)
    place = request.output or _beside(Path(request.gate.plan), prepared.approval)
    _write(place, statement)
    _write(place.with_name(place.name + SUFFIX), signature)
    judged = verify(Presented(place.name, statement, signature), replace(prepared.terms, requesters=(request.requester,)))
    warning = f"by the settings here it does not count: {visible(judged.text)}\n" if isinstance(judged, Refusal) else ""
    return f"{warning}wrote {visible(place.name)} and {visible(place.name)}{SUFFIX}\n"


def _usual_key() -> Path:
    folder = Path("~/.ssh").expanduser()
    found = next((folder / name for name in _KEYS if (folder / name).is_file()), None)
    if found is None:
        raise ReadError(
            "there is no SSH key to sign with", "name one with --key: a private key, or the public one of an agent's"
        )
    return found


def _beside(plan: Path, approval: Approval) -> Path:
    """A name that no other approval has: two people approve one plan without asking each other."""
    return plan.with_name(f"{plan.stem}.{approval.nonce[:8]}.approval.json")


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise ReadError(f"{path.name} cannot be written: {error.strerror or type(error).__name__}", "see --output") from error
