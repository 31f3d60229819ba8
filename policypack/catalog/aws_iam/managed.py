"""AWS managed policies by ARN: a plan shows nothing but the ARN of a policy that AWS wrote."""

from __future__ import annotations

import json
import mmap
from collections.abc import Mapping
from functools import cache
from typing import Any

from policypack.catalog.aws_iam import GENERATED

_FILE = GENERATED / "managed_policies.jsonl"


@cache
def managed_policy(arn: str) -> Mapping[str, Any] | None:
    """The document of an AWS managed policy in the version that was its default when the table was made.

    None where the table does not have it: that policy is unknown, never empty. The file is sorted by ARN and searched where
    it lies, so that one question costs neither reading nor parsing of the others.
    """
    wanted = json.dumps([arn])[:-1].encode() + b","
    with _FILE.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as table:
        low, high = table.find(b"\n") + 1, len(table)
        while low < high:
            start = max(table.rfind(b"\n", low, (low + high) // 2) + 1, low)
            end = table.find(b"\n", start)
            key = table[start : start + len(wanted)]
            if key == wanted:
                document: Mapping[str, Any] = json.loads(table[start:end])[1]
                return document
            # The quote that ends an ARN sorts before every character that an ARN can have, as the end of a shorter text does.
            low, high = (end + 1, high) if key < wanted else (low, start)
    return None


@cache
def about_managed_policies() -> Mapping[str, Any]:
    """Where the table comes from: source, version, date, licence, and the day of its newest policy."""
    with _FILE.open("rb") as file:
        about: Mapping[str, Any] = json.loads(file.readline())
    return about
