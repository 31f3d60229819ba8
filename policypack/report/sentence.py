"""A proof as one sentence: who assumes whom, who may what, what it does, and where each is written."""

from __future__ import annotations

from collections.abc import Sequence

from policypack.model import Evidence, leading_address
from policypack.report.escape import visible

_PHRASES = {  # where it is not the word itself
    "destroy-copies": "destroy copies of",
    "destroy-key": "destroy",
    "escalate": "take over",
    "read-credentials": "read the credentials in",
    "remove-domain": "remove",
    "stop-audit": "stop",
    "write-state": "write the state of",
}


def phrase(verb: str) -> str:
    """A verb as a sentence has it: `take over`."""
    return _PHRASES.get(verb, verb)


def sentence(steps: Sequence[Evidence]) -> str:
    """The steps as one sentence, each with its place. A subject that the step before ended with becomes "which"."""
    parts: list[str] = []
    subject = ""
    for step in steps:
        text = step.text
        named = leading_address(text)
        joins = ", " if parts else ""
        if subject and text.startswith(f"{subject} "):
            text = text[len(subject) + 1 :]
            text = f"and {text}" if _last_of(subject, steps, step) else text
        elif parts and "." in named and any(named in part for part in parts):
            subject = named
            text = f"which {text[len(named) + 1 :]}"
        elif parts:
            joins = "; "
            subject = named if "." in named else subject
        else:
            subject = named
        parts.append(f"{joins}{visible(text)}{place(step)}")
    return "".join(parts)


def _last_of(subject: str, steps: Sequence[Evidence], step: Evidence) -> bool:
    """Whether no later step has this subject."""
    rest = steps[[each is step for each in steps].index(True) + 1 :]
    return not any(each.text.startswith(f"{subject} ") for each in rest)


def place(step: Evidence) -> str:
    """` (main.tf:40)`, "" where there is none."""
    if step.location is None:
        return ""
    line = f":{step.location.line}" if step.location.line else ""
    return f" ({visible(step.location.file)}{line})"
