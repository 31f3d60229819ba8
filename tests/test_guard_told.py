"""A setting is told whatever a plan writes there."""

from __future__ import annotations

from typing import Any

import pytest

from policypack.model import Enforced, Guard, GuardKind
from tests.test_run import resource


@pytest.mark.parametrize("value", [{"a": False}, [True], [], {}])
def test_a_value_of_a_form_that_nobody_writes_is_only_said_to_be_set(value: Any) -> None:
    """A map in the place of a switch is no reason to break off."""
    guard = Guard(GuardKind.NO_FORCE, Enforced.API, False, resource(), "force_destroy", value, False, "it goes")
    assert guard.evidence.text == "force_destroy is set"
