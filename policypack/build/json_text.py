"""JSON that stands in a text of the configuration: what jsonencode made, or somebody wrote by hand."""

from __future__ import annotations

from policypack.model import Unknown, Value

_LONGEST = 1_000_000


def decoded(value: Value) -> Value:
    """What a value says: its document where it is JSON text or an unknown text of which the document is known; what is no JSON
    object or list stays as it is. None where it begins like one and is none, or where nothing of an unknown text is known."""
    if isinstance(value, Unknown):
        return value.document
    if not isinstance(value, str) or not value.lstrip().startswith(("{", "[")) or len(value) > _LONGEST:
        return value
    import json  # many estates hold no JSON text

    try:
        document: Value = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return document
