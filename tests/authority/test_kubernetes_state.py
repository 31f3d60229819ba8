"""A state that lies in a secret of a cluster: who writes it, who reads what is secret in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from policypack.model import Outcome, Verb
from tests.authority.kubernetes import MAYBE, NO, YES, A, asked, given

BACKEND = """
terraform {
  backend "kubernetes" {
    secret_suffix  = "shop"
    namespace      = "states"
    config_context = "CONTEXT"
  }
}
"""


@pytest.mark.parametrize(
    ("allowed", "context", "write", "read"),
    [
        (given("core/secrets/update"), "prod", YES, NO),
        (given("core/secrets/get", namespace="states"), "prod", NO, YES),
        (given("core/secrets/update", namespace="shop"), "prod", NO, NO),
        (given("core/secrets/update", names=["tfstate-default-shop"]), "prod", YES, NO),
        (given("core/secrets/update", names=["another"]), "prod", NO, NO),
        (given("core/secrets/update"), "other", NO, NO),
        (given("core/secrets/update"), "", MAYBE, NO),
    ],
    ids=["everywhere", "read there", "in another namespace", "by name", "another name", "another cluster", "a cluster unsaid"],
)
def test_whoever_writes_the_secret_writes_the_state(
    tmp_path: Path, allowed: str, context: str, write: Outcome, read: Outcome
) -> None:
    """A right on the secret in which the backend keeps the state is one on the state."""
    backend = BACKEND.replace('    config_context = "CONTEXT"\n', f'    config_context = "{context}"\n' if context else "")
    answers = asked(tmp_path, allowed, backend)
    found = {power.verb: power.outcome for power in answers.powers_of(A) if power.target == "."}
    assert (found.get(Verb.WRITE_STATE, NO), found.get(Verb.READ_CREDENTIALS, NO)) == (write, read)
