"""Addresses that several inputs have: how they are told apart while they are judged, and how they are told afterwards.

`live/prod` and `live/staging` that call one module have one set of addresses, and one of them may do what the other may not. So
inside a picture the addresses of such inputs lie in a module of their own (`module.@2.module.database.aws_db_instance.this`), which
no configuration can have. Nothing that is shown has it: what is of the input spoken of has its own address again, what is of another
names that one (`live/prod:module.database.aws_db_instance.this`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from policypack.model.resources import Input

_MARK = re.compile(r'(?<!\[")module\.@(\d+)\.')  # a key may be called like it


def marked(address: str, number: int) -> str:
    """The address as that of one input among namesakes."""
    return f"module.@{number}.{address}"


def marks(inputs: Iterable[Input]) -> Mapping[int, str]:
    """What inputs are told apart by -> the path of each."""
    return {each.mark: each.path for each in inputs if each.mark is not None}


def unmarked(text: str) -> str:
    """A text with addresses as Terraform prints them."""
    return _MARK.sub("", text) if "module.@" in text else text


def told(text: str, paths: Mapping[int, str], inside: str = "") -> str:
    """A text with addresses as a report has them: those of other inputs than `inside` with their input."""
    if "module.@" not in text:
        return text

    def place(found: re.Match[str]) -> str:
        path = paths.get(int(found[1]), "")
        return "" if path in {"", inside} else f"{path}:"

    return _MARK.sub(place, text)
