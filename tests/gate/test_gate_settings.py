"""The section `gate` of policypack.yaml, and what it makes of the demands."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policypack.gate.decide import decide, demand_of
from policypack.gate.need import Need
from policypack.settings import GateSettings, SettingsError, load_settings
from policypack.settings.gate import Demand, GateRule
from tests.gate.approving import BUCKET, TABLE, Change, signed, terms

WHOLE = """
version: 1
gate:
  signers: .policypack/allowed_signers
  max_hours: 48
  agents: ["SHA256:abc", bot@example.com]
  approvals: 2
  approvers: [alice, bob]
  presence: true
  rules:
    - {environments: [development], checks: [store_deleted], addresses: ["module.x.*"], approvals: 3, verification: true}
    - {addresses: ["aws_kms_key.*"], approvers: [carol]}
"""


def load(text: str, folder: Path) -> GateSettings:
    """The section of a folder that has this file."""
    (folder / "policypack.yaml").write_text(text, "utf-8")
    return load_settings(None, folder).gate


def test_every_setting_of_the_gate(tmp_path: Path) -> None:
    """Everything that the section can say arrives."""
    assert load(WHOLE, tmp_path) == GateSettings(
        signers=".policypack/allowed_signers",
        demand=Demand(2, ("alice", "bob"), presence=True),
        max_hours=48,
        agents=("SHA256:abc", "bot@example.com"),
        rules=(
            GateRule(Demand(3, verification=True), ("development",), ("store_deleted",), ("module.x.*",)),
            GateRule(Demand(1, ("carol",)), addresses=("aws_kms_key.*",)),
        ),
    )


def test_without_the_section_nobody_approves(tmp_path: Path) -> None:
    """The default asks for one approval, and names nobody who could give it."""
    assert load("version: 1", tmp_path) == GateSettings()
    assert not GateSettings().signers
    assert GateSettings().demand == Demand(1)


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("{approvals: 0}", "gate.approvals must be at least 1"),
        ("{approvals: true}", "gate.approvals must be a whole number"),
        ("{max_hours: 0}", "gate.max_hours must be at least 1"),
        ("{presence: 'yes'}", "gate.presence must be true or false"),
        ("{approvers: []}", "gate.approvers"),
        ("{rules: [{approvals: 2}]}", "gate.rules.0"),
        ("{rules: [{environments: [], approvals: 2}]}", "gate.rules.0.environments"),
        ("{approval: 2}", "gate.approval is not a setting"),
        ("{signers: ''}", "gate.signers"),
    ],
)
def test_what_would_ask_for_nothing_is_refused(section: str, said: str, tmp_path: Path) -> None:
    """A setting that would ask for less than one approval, or for nothing by mistake, is no setting."""
    with pytest.raises(SettingsError) as refused:
        load(f"version: 1\ngate: {section}\n", tmp_path)
    assert said in refused.value.reason


DEMANDS = st.builds(
    Demand, st.integers(1, 3), st.sampled_from([(), ("alice",), ("bob", "alice")]), st.booleans(), st.booleans()
)
PATTERNS = st.sampled_from([(), ("*",), ("aws_s3*", "production"), ("store_*",)])
RULES = st.lists(st.builds(GateRule, DEMANDS, PATTERNS, PATTERNS, PATTERNS), max_size=4).map(tuple)
NEEDS = st.builds(
    Need,
    st.sampled_from(["store_destroyed", "lock_removed"]),
    st.sampled_from(["aws_s3_bucket.a", "aws_kms_key.k"]),
    st.just(("delete",)),
    st.just(""),
    environment=st.sampled_from(["", "production", "development"]),
)


@settings(max_examples=100)
@given(NEEDS, DEMANDS, RULES, RULES)
def test_a_rule_more_never_asks_for_less(
    need: Need, demand: Demand, rules: tuple[GateRule, ...], more: tuple[GateRule, ...]
) -> None:
    """Whatever rules are added, what is asked for is the same or stricter."""
    before = demand_of(need, GateSettings(demand=demand, rules=rules))
    after = demand_of(need, GateSettings(demand=demand, rules=(*more, *rules)))
    assert after.approvals >= before.approvals
    assert after.presence >= before.presence
    assert after.verification >= before.verification
    assert not before.approvers or set(after.approvers) - {""} <= set(before.approvers)
    assert not before.approvers or after.approvers


@settings(max_examples=100)
@given(st.sets(NEEDS, min_size=1, max_size=4), st.sets(NEEDS, max_size=4), RULES)
def test_a_change_more_never_turns_a_refusal_into_a_pass(some: set[Need], more: set[Need], rules: tuple[GateRule, ...]) -> None:
    """What was approved passes at most as it was approved: with anything more in the plan, it is refused."""
    gate = GateSettings(rules=rules)
    one = signed(change=Change(needs=tuple(some)))
    before = decide([one], terms(needs=tuple(some), gate=gate))
    after = decide([one], terms(needs=tuple(some | more), gate=gate))
    assert before.passes or not after.passes
    if {(each.address, each.kind) for each in more} - {(each.address, each.kind) for each in some}:
        assert not after.passes
        assert not after.accepted


def test_an_approval_for_more_is_not_one_for_less() -> None:
    """Approving two things approves neither alone: the plan is another."""
    assert not decide([signed(change=Change(needs=(BUCKET, TABLE)))], terms(needs=(TABLE,))).passes
