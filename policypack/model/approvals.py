"""What stands between a plan and its apply: gates, who decides at them, who passes by, and whose tokens become an identity."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Literal

from msgspec import Struct

from policypack.model.picture import Environment, Evidence, Guard, GuardKind
from policypack.model.pipelines import ApplyJob
from policypack.model.resources import Resource
from policypack.model.values import Truth, Unknown, Value


class Actor(Struct, frozen=True):
    """Somebody whom a gate names. `agent` is whether an agent acts as them (Unknown: who it is cannot be told), with the `reason`.

    `passes`: they need not ask; else they decide.
    """

    label: str
    agent: Truth
    reason: str
    evidence: Evidence
    passes: bool = False

    @property
    def as_agent(self) -> Evidence:
        """Why it counts as an agent's."""
        return Evidence(f"{self.label} is an agent's: {self.reason}", self.evidence.resource, self.evidence.location)


class Gate(Struct, frozen=True):
    """What makes somebody decide before something is applied or merged, or is meant to.

    `asks` is whether anybody must decide, `asked` what says so. `guards` are its settings, without which it does not hold.
    `served` is whether the platform does what it asks, `serving` what says so. `policed` is whether a policy decides who must
    approve, None where its platform knows no such policy. `of` is what it belongs to, `branches` the patterns that it is for.
    """

    resource: Resource
    role: Literal["environment", "workspace", "branch_rule"]
    label: str
    name: str | Unknown
    of: Value
    environment: Environment
    asks: Truth
    asked: Evidence
    guards: tuple[Guard, ...] = ()
    actors: tuple[Actor, ...] = ()
    served: Truth = True
    serving: tuple[Evidence, ...] = ()
    policed: Truth | None = None
    branches: tuple[Value, ...] = ()

    def having(self, kind: GuardKind) -> Iterator[Guard]:
        """Its settings of one kind."""
        return (guard for guard in self.guards if guard.kind is kind)

    @property
    def holds(self) -> Truth:
        """Whether somebody else must decide, and nobody passes by."""
        kinds = {GuardKind.SECOND_PERSON, GuardKind.NO_BYPASS, GuardKind.IN_FORCE, GuardKind.CONFIRMATION}
        facts = [self.asks, self.served, *(guard.holds for guard in self.guards if guard.kind in kinds)]
        if any(fact is False for fact in facts):
            return False
        return next((fact for fact in facts if isinstance(fact, Unknown)), True)


class Right(Struct, frozen=True):
    """A right over gates that somebody is given. `certain` is Unknown where what they are given cannot be told. `environment` is
    that of what it is about, None where it is about everything or cannot be told."""

    resource: Resource
    actor: Actor
    lets: str
    certain: Truth
    evidence: Evidence
    environment: Environment | None = None


class Policing(Struct, frozen=True):
    """A policy that can refuse a run, and whether it does (`binds`). `overridable`: somebody may let a refused run through."""

    resource: Resource
    binds: Truth
    overridable: bool
    evidence: Evidence


class TokenTrust(Struct, frozen=True):
    """An identity that whoever has a token of a pipeline becomes.

    `pinned` is whether only a protected place has such a token. `lets_in` says whose tokens are taken, `identity` is the address of
    the identity where that is another resource. `names` are what it is called. `gates` stand before all the places that it is
    pinned to; there are none where one of these is not among the inputs.
    """

    resource: Resource
    issuer: str
    pinned: Truth
    lets_in: str
    evidence: Evidence
    identity: str = ""
    names: tuple[str, ...] = ()
    gates: tuple[Gate, ...] = ()


class OpenSecret(Struct, frozen=True):
    """A secret of production that lies beside a gate of production, where runs that never meet the gate read it."""

    resource: Resource
    gate: Gate
    evidence: Evidence


class Applying(Struct, frozen=True):
    """A job that applies, and the input that it applies. `concerns` is whether it does (Unknown: its folder cannot be told).
    `gates` are those of its environments that are among the inputs; `unseen` are the environments that are not."""

    job: ApplyJob
    inside: str
    concerns: Truth
    environment: Environment
    gates: tuple[Gate, ...] = ()
    unseen: tuple[str | Unknown, ...] = ()


class Approvals(Struct, frozen=True, dict=True):
    """All of it, of one estate."""

    gates: tuple[Gate, ...] = ()
    rights: tuple[Right, ...] = ()
    policing: tuple[Policing, ...] = ()
    trusts: tuple[TokenTrust, ...] = ()
    self_reviews: tuple[Guard, ...] = ()
    applying: tuple[Applying, ...] = ()
    owners: tuple[tuple[str, Actor], ...] = ()
    open_secrets: tuple[OpenSecret, ...] = ()

    @cached_property
    def production(self) -> tuple[Gate, ...]:
        """The gates of production. An environment counts where its name says so, or where something applies there: pages and
        packages have environments too. A workspace or stack counts as long as nothing says otherwise."""
        used = {gate.resource.place for each in self.applying if each.environment.production for gate in each.gates}
        return tuple(
            gate
            for gate in self.gates
            if gate.role != "branch_rule"
            and gate.environment.production
            and (gate.environment.recognised or gate.role == "workspace" or gate.resource.place in used)
        )

    @property
    def branch_rules(self) -> tuple[Gate, ...]:
        """What must have happened before something is merged."""
        return tuple(gate for gate in self.gates if gate.role == "branch_rule")
