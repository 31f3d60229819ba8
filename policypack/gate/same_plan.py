"""Whether a plan's JSON and its binary file are the same plan: what is judged is the JSON, what is applied is the file.

Compared are when both were made, whether they are whole, the actions that they run, and of every managed object its address, provider, actions and values. A
value of the file that is known only after the apply is left out of the JSON, or null there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeAlias

import msgspec
from msgspec import Raw
from msgspec.msgpack import Ext

from policypack.gate.canonical import members_of
from policypack.read.addresses import module_of, split
from policypack.read.options import ReadError
from policypack.read.plan_binary import FileChange, FilePlan
from policypack.read.plan_json import NULL, ActionInvocation, ResourceChange, decode_some, listed

Key: TypeAlias = tuple[str, str]
_SHOWN = 5


def mismatch(text: bytes, plan: FilePlan) -> str:
    """What the JSON and the file do not agree about, "" where they are one plan. Raises ReadError where that cannot be told."""
    try:
        return next(_mismatches(members_of(text), plan), "")
    except (ValueError, RecursionError, ArithmeticError, msgspec.MsgspecError) as error:
        raise ReadError(
            "the plan's JSON and its file cannot be compared", "make the JSON anew with terraform show -json"
        ) from error


def _mismatches(members: Mapping[str, Raw], plan: FilePlan) -> Iterator[str]:
    made = decode_some(members.get("timestamp", NULL), str)
    if made is not None and plan.timestamp and made != plan.timestamp:
        yield f"the file was made {plan.timestamp}, and the JSON shows a plan of {made}"
    for name, held in (("errored", plan.errored), ("complete", plan.complete)):
        shown = decode_some(members.get(name, NULL), bool)
        if held is not None and shown is not None and shown != held:
            yield f"the file says {name}: {str(held).lower()}, and the JSON {str(shown).lower()}"
    invoked = listed(members.get("action_invocations", NULL), ActionInvocation, "action_invocations") or []
    if sorted(each.address or each.action_address or "" for each in invoked) != sorted(plan.invoked):
        yield f"the file runs other actions ({_listed(sorted(plan.invoked)) or 'none'})"
    deferred = ("deferred_changes", "deferred_action_invocations")
    if plan.defers != any(listed(members.get(name, NULL), Raw, name) for name in deferred):
        yield f"the file {'puts' if plan.defers else 'does not put'} something off to a later plan"
    yield from _different(listed(members.get("resource_changes", NULL), ResourceChange, "resource_changes") or [], plan.changes)


def _different(shows: Sequence[ResourceChange], holds: Sequence[FileChange]) -> Iterator[str]:
    shown = {(each.address, each.deposed or ""): each for each in shows if each.mode == "managed"}
    held = {(each.address, each.deposed): each for each in holds if _mode(each.address) == "managed"}
    if len(shown) < sum(each.mode == "managed" for each in shows):
        yield "the JSON shows something twice"
    if len(held) < sum(_mode(each.address) == "managed" for each in holds):
        yield "the file does something twice to one object"
    if left := [f"{place[0]} ({'/'.join(held[place].actions)})" for place in _worst_first(held, held.keys() - shown.keys())]:
        yield f"the JSON does not show what the file does to {_listed(left)}"
    if more := [place[0] for place in sorted(shown.keys() - held.keys())]:
        yield f"the file does nothing to {_listed(more)}"
    for what, same in (("actions", _same_actions), ("values", _same_values)):
        if other := [place[0] for place, each in sorted(held.items()) if not same(shown[place], each)]:
            yield f"the file has other {what} for {_listed(other)}"


def _worst_first(held: Mapping[Key, FileChange], places: Iterable[Key]) -> list[Key]:
    return sorted(places, key=lambda place: ("delete" not in held[place].actions, held[place].actions == ("no-op",), place))


def _same_actions(shown: ResourceChange, held: FileChange) -> bool:
    return (
        shown.change.actions == held.actions
        and (shown.previous_address or shown.address) == held.previous
        and shown.type == split(_own(held.address))[0][0]
        and (shown.provider_name is None or f'provider["{shown.provider_name}"]' in held.provider)
    )


def _same_values(shown: ResourceChange, held: FileChange) -> bool:
    before, after = shown.change.before, shown.change.after
    if not _same(before, held.before):
        return False
    return (held.after == held.before and before == after) or _same(after, held.after)


def _same(shown: Raw, held: bytes) -> bool:
    value = msgspec.msgpack.decode(held)
    if _SPECIAL.search(held) is None and _ENCODED(value) == bytes(shown):  # most are
        return True
    return agrees(_SHOWN_VALUE(shown), value)


def agrees(shown: Any, held: Any) -> bool:  # noqa: ANN401 - any value of Terraform's
    """Whether a value of the JSON (numbers with a fraction as Decimal) is one of the file's MessagePack."""
    held = _value_of(held)
    if isinstance(held, Ext):
        return shown is None
    if isinstance(held, dict):
        return isinstance(shown, dict) and shown.keys() <= held.keys() and all(_holds(shown, *each) for each in held.items())
    if isinstance(held, list):
        return isinstance(shown, list) and len(shown) == len(held) and all(map(agrees, shown, held))
    if isinstance(shown, (int, Decimal)) and not isinstance(shown, bool) and not isinstance(held, bool):
        return _same_number(shown, held)
    return type(shown) is type(held) and bool(shown == held)


def _holds(shown: dict[str, Any], key: str, held: Any) -> bool:  # noqa: ANN401 - any value of Terraform's
    """Whether an object of the JSON has this at the key, or rightly leaves it out."""
    return agrees(shown[key], held) if key in shown else isinstance(_value_of(held), Ext)


def _value_of(held: Any) -> Any:  # noqa: ANN401 - any value of Terraform's
    """The value; where it is of any type, it stands behind that. An `Ext` is known only after the apply."""
    while isinstance(held, list) and len(held) == 2 and isinstance(held[0], bytes):
        held = held[1]
    return held


def _same_number(shown: int | Decimal, held: Any) -> bool:  # noqa: ANN401 - any value of Terraform's
    if isinstance(held, str):  # a number that 64 bits do not hold
        whole = isinstance(shown, int) and abs(shown) < _WHOLE
        return not whole and Decimal(float(shown)) != shown and format(Decimal(shown), "f") == held
    return isinstance(held, (int, float)) and (float(shown) == held if isinstance(held, float) else shown == held)


def _mode(address: str) -> str:
    own = _own(address)
    return own.partition(".")[0] if own.startswith(("data.", "ephemeral.")) else "managed"


def _own(address: str) -> str:
    """An address within its module."""
    module = module_of(address)
    return address[len(module) + 1 :] if module else address


def _listed(what: list[str]) -> str:
    more = f" and {len(what) - _SHOWN} more" if len(what) > _SHOWN else ""
    return ", ".join(what[:_SHOWN]) + more


_WHOLE = 2**63
_SPECIAL = re.compile(rb"[\xc4-\xc9\xd4-\xd8]")  # where bytes and what is not known may begin
_ENCODED = msgspec.json.Encoder(order="sorted").encode
_SHOWN_VALUE = msgspec.json.Decoder(float_hook=Decimal).decode
