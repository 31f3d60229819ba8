"""The checks as rules of a SARIF log: their pages, which say nothing about what was scanned."""

from __future__ import annotations

from typing import Any

from policypack.check import Check, Severity
from policypack.report import Context

# What GitHub makes "critical", "high", "medium" and "low" of.
_SCORES = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "2.0"}
LEVELS = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}
_PROBLEMS = {"error": "error", "warning": "warning", "note": "recommendation"}
_MOST_TAGS = 10  # GitHub keeps no more
_LONGEST = 1024


def rule(check: Check, context: Context) -> dict[str, Any]:
    """The page of a check, in the fields that code scanning shows."""
    title = " ".join(check.title.split())
    page = [f"**{title}**", f"**Why.** {check.why}", f"**Fix.** {check.fix}"]
    page += [f"**Misses.** {check.misses}"] if check.misses else []
    page += [f"**Maps to.** {', '.join(check.maps)}"] if check.maps else []
    page.append(f"Accept it next to the code: `# allow: {check.name} (reason)`")
    address = f"{context.documentation}#{check.name}" if context.documentation else ""
    page += [f"[The page of this check]({address})"] if address else []
    return {
        "id": check.name,
        "name": "".join(word.capitalize() for word in check.name.split("_")),
        "shortDescription": {"text": _cut(title)},
        "fullDescription": {"text": _cut(f"{title} {check.why}")},
        "help": {"text": f"{check.why}\n\nFix: {check.fix}", "markdown": "\n\n".join(page)},
        **({"helpUri": address} if address else {}),
        "defaultConfiguration": {"level": LEVELS[check.severity]},
        "properties": {
            "precision": "high",
            "problem.severity": _PROBLEMS[LEVELS[check.severity]],
            "security-severity": _SCORES[check.severity],
            "tags": [tag for tag in dict.fromkeys(("security", check.concern, *check.maps)) if tag][:_MOST_TAGS],
        },
    }


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
