"""JSON in texts: read within bounds, and never taken for more than it is."""

from __future__ import annotations

import json

import pytest

from policypack.build.json_text import decoded
from policypack.model import Unknown, Value

_LONG = json.dumps({"com.cloudflare.api.account.1": "*" * 1_000_000})


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ('{"a": ["*"]}', {"a": ["*"]}),
        (' [{"a": 1}]', [{"a": 1}]),
        ("12", "12"),
        ("plain", "plain"),
        ('{"a": ', None),
        ("[" * 100_000, None),
        (_LONG, _LONG),
        ({"a": 1}, {"a": 1}),
        (None, None),
        (Unknown("known only after apply"), None),
        (Unknown("known only after apply", document={"a": "*"}), {"a": "*"}),
    ],
)
def test_a_text_is_its_json_within_bounds(value: Value, said: Value) -> None:
    """What is JSON is decoded; what is too long, too deep or none at all ends no scan and becomes no document."""
    assert decoded(value) == said
