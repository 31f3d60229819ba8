"""Binary plan files as Terraform writes them, made from the JSON that it would show of them."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import msgspec

ACTIONS = {
    ("no-op",): 0,
    ("create",): 1,
    ("read",): 2,
    ("update",): 3,
    ("delete",): 5,
    ("delete", "create"): 6,
    ("create", "delete"): 7,
    ("forget",): 8,
    ("create", "forget"): 9,
}
CONFIGURATION = {"tfconfig/modules.json": '[{"Key":"","Dir":"."}]', "tfconfig/m-/main.tf": "# nothing\n"}


def varint(number: int) -> bytes:
    """A number as protocol buffers have it."""
    low, rest = number & 127, number >> 7
    return bytes([low | 128]) + varint(rest) if rest else bytes([low])


def field(number: int, value: int | str | bytes) -> bytes:
    """One field of a message."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def packed(value: Any, unknown: Any) -> bytes:
    """A value as MessagePack, with what is known only after the apply."""
    after = {**value, **dict.fromkeys(unknown, msgspec.msgpack.Ext(0, b"\0"))} if isinstance(value, dict) else value
    return msgspec.msgpack.encode(after)


def changed(entry: dict[str, Any]) -> bytes:
    """One object that the plan is about."""
    change = entry["change"]
    actions, unknown = tuple(change["actions"]), change.get("after_unknown") or {}
    sides = [packed(change["before"], ())] if actions != ("create",) else []
    if actions not in {("no-op",), ("delete",), ("forget",)}:
        sides.append(packed(change["after"], [key for key, held in unknown.items() if held is True]))
    told = field(1, ACTIONS[actions]) + b"".join(field(2, field(1, each)) for each in sides)
    provider = f'provider["{entry["provider_name"]}"]'
    more = field(14, entry["previous_address"]) if "previous_address" in entry else b""
    return field(13, entry["address"]) + more + field(7, entry.get("deposed", "")) + field(8, provider) + field(9, told)


def tfplan(plan: dict[str, Any], version: int = 3) -> bytes:
    """The protocol buffer of a plan."""
    flags = field(20, int(plan.get("errored", False))) + field(25, 1) + field(26, int(plan.get("complete", True)))
    made = field(21, plan["timestamp"]) if "timestamp" in plan else b""
    return field(1, version) + flags + made + b"".join(field(3, changed(each)) for each in plan.get("resource_changes", ()))


def archive(path: Path, shown: Path | dict[str, Any], **files: str) -> Path:
    """A plan file that shows this JSON; files are named with `__` for `/`, and a `comment` is one in the configuration."""
    plan = json.loads(shown.read_text("utf-8")) if isinstance(shown, Path) else shown
    comment = files.pop("comment", "")
    kept = CONFIGURATION | {"tfconfig/m-/main.tf": f"# {comment}\n"} | {each.replace("__", "/"): files[each] for each in files}
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("tfplan", tfplan(plan))
        for name, text in kept.items():
            made.writestr(name, text)
    return path
