"""The section `gate` of policypack.yaml: who may approve what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct


class Demand(Struct, frozen=True):
    """What an approval takes. `approvers` are the names of those who may give it, empty for every signer. `presence` and
    `verification` ask for a hardware key that was touched, and one that made sure who touched it."""

    approvals: int = 1
    approvers: tuple[str, ...] = ()
    presence: bool = False
    verification: bool = False


class GateRule(Struct, frozen=True):
    """What it takes for the changes that match in everything that the rule names: patterns of environments, checks and
    addresses."""

    demand: Demand
    environments: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


class GateSettings(Struct, frozen=True):
    """Who may approve. `signers` is the path of a file in OpenSSH's allowed_signers form, from the settings file's folder on,
    "" where nobody may. `agents` are the fingerprints (`SHA256:...`) and names that never may. `ledger`: approvals count only
    where one is kept, so that each is good for once."""

    signers: str = ""
    demand: Demand = Demand()
    max_hours: int = 24
    agents: tuple[str, ...] = ()
    rules: tuple[GateRule, ...] = ()
    ledger: bool = False


def gate_settings(raw: Mapping[str, Any]) -> GateSettings:
    """The section, typed, after its schema has allowed it."""
    return GateSettings(
        signers=raw.get("signers", ""),
        demand=_demand(raw),
        max_hours=raw.get("max_hours", 24),
        agents=tuple(raw.get("agents", ())),
        rules=tuple(
            GateRule(_demand(rule), *(tuple(rule.get(name, ())) for name in ("environments", "checks", "addresses")))
            for rule in raw.get("rules", ())
        ),
        ledger=raw.get("ledger", False),
    )


def _demand(raw: Mapping[str, Any]) -> Demand:
    return Demand(
        raw.get("approvals", 1), tuple(raw.get("approvers", ())), raw.get("presence", False), raw.get("verification", False)
    )
