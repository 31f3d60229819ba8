"""The table of AWS managed policies, from the copy that moto carries: `python scripts/refresh_managed_policies.py FILE`.

FILE is `moto/iam/aws_managed_policies.py` of an unpacked moto wheel: the module is read as text, so that moto itself need not
be installed. `--version` and `--date` go into the table's first line, which says where its rows come from.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from policypack.catalog.aws_iam import GENERATED

TARGET = GENERATED / "managed_policies.jsonl"
_OPENS = 'aws_managed_policies_data = """'
_PREFIX = "arn:aws:iam::aws:policy"


def policies_in(module: str) -> dict[str, Any]:
    """Policy name -> its fields, from the text of moto's module. Raises ValueError where the text has another form."""
    start = module.index(_OPENS) + len(_OPENS)
    found: dict[str, Any] = json.loads(module[start : module.index('"""', start)])
    return found


def rows(policies: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """ARN and document of each policy in its default version, by ARN."""
    return iter(sorted((f"{_PREFIX}{fields['Path']}{name}", fields["Document"]) for name, fields in policies.items()))


def table(policies: Mapping[str, Any], version: str, date: str) -> str:
    """The table: a line that says what it is, then one line a policy, sorted by ARN so that a reader can bisect."""
    newest = max(fields.get("UpdateDate", fields["CreateDate"]) for fields in policies.values())
    about = {
        "about": "AWS managed policies in their default versions, one a line: [ARN, document], sorted by ARN",
        "date": date,
        "licence": "Apache-2.0; see NOTICE",
        "newest_policy": newest[:10],
        "policies": len(policies),
        "source": "moto/iam/aws_managed_policies.py",
        "version": f"moto {version}",
    }
    lines = [json.dumps(about, sort_keys=True)]
    lines += [json.dumps([arn, document], separators=(",", ":"), sort_keys=True) for arn, document in rows(policies)]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Writes the table and says how it changed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("module", type=Path)
    parser.add_argument("--version", required=True, help="version of moto that the file is of")
    parser.add_argument("--date", required=True, help="the day of that release, as 2026-11-25")
    asked = parser.parse_args()
    policies = policies_in(asked.module.read_text("utf-8"))
    TARGET.write_text(table(policies, asked.version, asked.date), encoding="utf-8")
    sys.stdout.write(f"{len(policies)} policies, {TARGET.stat().st_size:,} bytes\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
