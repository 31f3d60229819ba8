"""The steps from one AWS principal to another: the rules of the escalation table, asked of the engine.

Each rule needs all calls of one of its ways. What a rule gives is another principal as it is, or rights of the caller's own
choosing within the boundary and the guardrails of whoever gets them, or the same principal without its boundary.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, cached_property

from msgspec import Struct, field

from policypack.authority.aws import Layers, Principal, Request, decide
from policypack.authority.aws.document import Statement
from policypack.authority.clusters import POD_RUN, pods_of_members
from policypack.authority.oracle import Oracle, Slot
from policypack.authority.principals import ASSUME, PASS, Principals, spread
from policypack.catalog.aws_iam.escalation import Escalation, Step, escalation_actions, escalations
from policypack.model import Identity, Outcome

Both = tuple[int, int]
STATE = "state"
# Terraform does what its state says of the world: whoever writes it chooses what the next apply destroys, with the rights of
# whoever applies (this project's own rule).
_STATE_WRITTEN = Escalation(
    "state_that_a_pipeline_applies",
    "existing_pass_role",
    ((Step("s3:PutObject", "holder"),),),
    ("role",),
    holders={STATE: ()},
    depends="that somebody applies this state with the provider's role",
)
_NONE: Both = (0, 0)


@cache
def _asked() -> tuple[str, ...]:
    return tuple(sorted({*escalation_actions(), *_STATE_WRITTEN.actions}))


class Lead(Struct, frozen=True):
    """What one way of a rule leads a caller to: base callers as bits, certainly and possibly. `gains` says as what."""

    rule: Escalation
    way: tuple[Step, ...]
    certain: int
    possible: int

    @property
    def gains(self) -> str:
        """`target`, `admin`, `unbounded` or `group`."""
        return self.rule.gains


class Escalations(Struct, dict=True):
    """Evaluates the rules. Callers are those of the oracle; `origin` maps each to the base caller that it is made of."""

    oracle: Oracle
    principals: Principals
    origin: list[int]
    _trusted: dict[str, Both] = field(default_factory=dict)
    _slots: dict[str, Slot] = field(default_factory=dict)
    _allowed: dict[int, frozenset[str]] = field(default_factory=dict)
    _gaining: dict[frozenset[str], bool] = field(default_factory=dict)

    def leads(self, caller: int) -> Iterator[Lead]:
        """Every rule's way that leads anywhere, in the order of the rules: the plain assumption of a role first."""
        granted = self._granted(caller) | {ASSUME}  # which the policy of a role alone may allow
        for rule, way, needed in self._ways:
            if needed <= granted and self._concerns(rule, caller):
                certain, possible = self._way(caller, rule, way)
                if possible:
                    yield Lead(rule, way, 0 if rule.depends else certain, possible)
        pods = self._pods.get(self.origin[caller], 0)
        if pods:
            yield Lead(POD_RUN, (), 0, pods)

    @cached_property
    def _pods(self) -> dict[int, int]:
        return pods_of_members(self.principals)

    @cached_property
    def _ways(self) -> list[tuple[Escalation, tuple[Step, ...], frozenset[str]]]:
        return [(rule, way, frozenset(step.action for step in way)) for rule in self._rules for way in rule.ways]

    @cached_property
    def _rules(self) -> tuple[Escalation, ...]:
        known = [each for each in (*escalations(), _STATE_WRITTEN) if self._is_there(each)]
        return tuple(
            sorted(known, key=lambda each: (each.name != "assume_role", bool(each.depends), len(each.ways[0]), each.name))
        )

    def _is_there(self, rule: Escalation) -> bool:
        """Whether the picture has anything that a rule about existing machines, code or states could be about."""
        if rule.kind != "existing_pass_role":
            return True
        kinds = rule.holders.items()
        return any(self.principals.holders(kind, arguments, rule.at.get(kind))[0].subjects for kind, arguments in kinds)

    def may_gain(self, caller: int) -> bool:
        """Whether any rule could give the caller more than a role that is there to be assumed."""
        granted = self._granted(caller)
        if granted not in self._gaining:
            ways = ((rule, needed) for rule, _, needed in self._ways if needed <= granted | {ASSUME})
            self._gaining[granted] = any(rule.gains != "target" or needed != {ASSUME} for rule, needed in ways)
        return self._gaining[granted]

    def _granted(self, caller: int) -> frozenset[str]:
        if caller not in self._allowed:
            self._allowed[caller] = self.oracle.granted(caller, _asked())
        return self._allowed[caller]

    @cached_property
    def _forms(self) -> dict[str, int]:
        return {form: self.principals.formed(form) for form in ("role", "user", "permission_set")}

    def _concerns(self, rule: Escalation, caller: int) -> bool:
        identity = self.oracle.callers[caller]
        if rule.kind == "self" and rule.target and rule.gains != "group" and identity.form not in rule.target:
            return False
        return not (rule.gains == "unbounded" and identity.boundary is None)

    def _way(self, caller: int, rule: Escalation, way: tuple[Step, ...]) -> Both:
        own = 1 << self.origin[caller]
        if rule.kind == "self" and rule.gains != "group":
            certain = possible = own
        elif rule.gains == "group":
            return self._group(caller, way)
        elif not rule.target:
            certain = possible = own  # a new principal of the same account
        else:
            certain = possible = sum(self._forms.get(form, 0) for form in rule.target) & ~own
        if rule.kind == "new_pass_role" or rule.trust == "given":
            must, may = self._admitting(rule)
            certain, possible = certain & must, possible & may
        holders = [step for step in way if step.on == "holder"]
        if rule.kind == "existing_pass_role":
            must, may = self._held(caller, rule, tuple(step.action for step in holders))
            certain, possible = certain & must, possible & may
        for step in way:
            if step.on == "holder" or not possible:
                continue
            must, may = self._step(caller, rule, step, own)
            certain, possible = certain & must, possible & may
        return certain & possible, possible

    def _step(self, caller: int, rule: Escalation, step: Step, own: int) -> Both:
        """The targets for which a step can be taken. What does not depend on the target holds for all or for none."""
        oracle, principals = self.oracle, self.principals
        if step.on == "target":
            if step.action == ASSUME:
                return oracle.bits(caller, step.action, principals.trusting if rule.trust == "now" else principals.opened)
            if step.action == PASS:
                return self._passing(caller, rule)
            return oracle.bits(caller, step.action, principals.bare)
        if step.on == "target_policy":
            must, may = oracle.bits(caller, step.action, principals.policy_slot)
            return spread(must, principals.holding), spread(may, principals.holding)
        if step.on == "any":
            return _all(oracle.somewhere(caller, step.action))
        if step.on == "self":
            must, may = oracle.bits(caller, step.action, principals.bare)
            return -1 if must & own else 0, -1 if may & own else 0
        slot, owners = {
            "own_policy": (principals.policy_slot, principals.holding),
            "own_group": (principals.group_slot, principals.members),
        }[step.on]
        must, may = oracle.bits(caller, step.action, slot)
        return -1 if spread(must, owners) & own else 0, -1 if spread(may, owners) & own else 0

    def _group(self, caller: int, way: tuple[Step, ...]) -> Both:
        """Groups, by their place, that the caller may join and is not in."""
        if self.oracle.callers[caller].form != "user":
            return _NONE
        own = 1 << self.origin[caller]
        others = sum(1 << place for place, members in enumerate(self.principals.members) if not members & own)
        must, may = self.oracle.bits(caller, way[0].action, self.principals.group_slot)
        return must & others, may & others

    def _passing(self, caller: int, rule: Escalation) -> Both:
        """The roles that may be passed to one of the services that the rule needs, and that admit it."""
        must = may = 0
        for service in rule.services or rule.trusts or ("",):
            slot = self._passed(service) if service else self.principals.bare
            one, other = self.oracle.bits(caller, PASS, slot)
            admits, may_admit = self._admits(service) if service else (-1, -1)
            must, may = must | (one & admits), may | (other & may_admit)
        return must, may

    def _passed(self, service: str) -> Slot:
        if service not in self._slots:
            self._slots[service] = self.principals.passed_to(service)
        return self._slots[service]

    def _admitting(self, rule: Escalation) -> Both:
        must = may = 0
        for service in rule.services or rule.trusts:
            one, other = self._admits(service)
            must, may = must | one, may | other
        return must, may

    def _admits(self, service: str) -> Both:
        """The roles whose trust policy lets a service in, or (`federated`) any issuer of tokens."""
        if service not in self._trusted:
            must = may = 0
            for number, identity in enumerate(self.principals.all):
                outcome = self._lets_in(identity, service) if self._services >> number & 1 else Outcome.NO
                must |= (outcome is Outcome.YES) << number
                may |= (outcome is not Outcome.NO) << number
            self._trusted[service] = (must, may)
        return self._trusted[service]

    def _lets_in(self, identity: Identity, service: str) -> Outcome:
        if identity.trust is None:
            return Outcome.NO
        trust = self.oracle.read(identity.trust)
        if service == "federated":
            return Outcome.MAYBE if _federated(trust.statements) else Outcome.NO
        request = Request(ASSUME, ("*",), service)
        return decide(request, Principal("service", (service,), service), Layers(resource=(trust,))).outcome

    @cached_property
    def _services(self) -> int:
        """The roles whose trust policy may let anything in that is no account, role or user."""
        found = 0
        for number, identity in enumerate(self.principals.all):
            for statement in self.oracle.read(identity.trust).statements if identity.trust and identity.form == "role" else ():
                kinds = {kind if text != "*" else "*" for kind, text in statement.principals or (("*", "*"),)}
                if statement.doubt or statement.not_principals or kinds - {"AWS", "CanonicalUser"}:
                    found |= 1 << number
        return found

    def _held(self, caller: int, rule: Escalation, actions: tuple[str, ...]) -> Both:
        """The roles of the resources on which all these actions are allowed."""
        must = may = 0
        for kind, arguments in rule.holders.items():
            slot, roles = self.principals.holders(kind, arguments, rule.at.get(kind))
            one = other = (1 << len(slot.subjects)) - 1
            for action in actions:
                if not other:
                    break
                certain, possible = self.oracle.bits(caller, action, slot)
                one, other = one & certain, other & possible
            sure = self.principals.surely(kind, arguments, rule.at.get(kind))
            must, may = must | spread(one, sure), may | spread(other, roles)
        if rule.needs_managed:
            managed = self._managed
            must, may = must & managed[0], may & managed[1]
        return must, may

    @cached_property
    def _managed(self) -> Both:
        """The roles with which an instance registers itself with Systems Manager."""
        must = may = 0
        for number, _ in enumerate(self.principals.all):
            one, other = self.oracle.somewhere(number, "ssm:UpdateInstanceInformation")
            must, may = must | (one << number), may | (other << number)
        return must, may


def _all(found: tuple[bool, bool]) -> Both:
    return -1 if found[0] else 0, -1 if found[1] else 0


def _federated(statements: Iterable[Statement]) -> bool:
    return any(kind == "Federated" and each.effect == "Allow" for each in statements for kind, _ in each.principals or ())
