"""What a version constraint pins, for code and for plans alike."""

from __future__ import annotations

import re

# At most nine digits a number: no version has more, and Python refuses to read thousands of them.
_PIN = r"^(=|~>|>=|<|<=|)\s*v?(\d{1,9}(?!\d))((?:\.\d{1,9})*)(?!\d)"


def pinned(constraint: str) -> str | None:
    """What a version constraint pins: `5.100.0` itself, `~> 5.0` to "5", `~> 5.31.0` to "5.31", `>= 5, < 6` to "5"."""
    lower = upper = None
    for part in constraint.split(","):
        match = re.match(_PIN, part.strip())
        if match is None:
            continue
        operator, major, rest = match.groups()
        if operator in {"", "="} and rest:
            return f"{major}{rest}"
        if operator in {"", "=", "~>"}:
            return f"{major}{rest.rpartition('.')[0]}" if rest else major if operator != "~>" else None
        if operator == ">=":
            lower = int(major)
        elif operator == "<" and not rest.replace(".0", "") and not rest.strip(".0"):
            upper = int(major)
        elif operator in {"<", "<="}:
            upper = int(major) + 1
    return str(lower) if lower is not None and upper is not None and upper - lower == 1 else None
