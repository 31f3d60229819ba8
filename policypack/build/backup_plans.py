"""Recovery points: which stores a backup selection reaches, where its plan puts the copies, and which stores it misses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from msgspec import Struct

from policypack.build.domains import Domains
from policypack.build.estate import Estate
from policypack.build.guards import same
from policypack.build.locks import number_or_unknown
from policypack.build.selections import Selections
from policypack.build.vaults import Vaults
from policypack.model import Copy, CopyKind, Domain, Evidence, Missed, Resource, Truth, Unknown, Value, replace, same_domain


class _Reach(Struct, frozen=True):
    """A store, the selection that reaches it, and the plan that the selection uses."""

    store: Resource
    selection: Resource
    plan: Resource
    certain: Truth
    why: str


class BackupPlans(Struct, frozen=True, dict=True):
    """AWS Backup: selections joined with their plans and vaults."""

    estate: Estate
    domains: Domains
    vaults: Vaults

    @cached_property
    def selections(self) -> Selections:
        """Which store is reached by which selection."""
        return Selections(self.estate, self.domains)

    def copies(self, stores: Sequence[Resource]) -> Iterator[Copy]:
        """The recovery points of all stores."""
        selections = self.selections
        for selection, near in selections.near(self.estate.playing("backup_selection"), stores):
            plans = self.estate.index.find(selection.get("plan_id"), selection, self._is_plan)
            vague = Unknown(f"which plan {selection.address} uses is not known")
            for store in near:
                matched = selections.match(selection, store)
                if matched.outcome is False:
                    continue
                if not plans.resources:
                    yield self._elsewhere(store, selection)
                for plan in plans.resources:
                    certain = matched.outcome if plans.certain else vague
                    yield from self._points(_Reach(store, selection, plan, certain, matched.why))

    def _is_plan(self, kind: str) -> bool:
        entry = self.estate.entries.get(kind)
        return bool(entry and entry.role == "backup_plan")

    def _elsewhere(self, store: Resource, selection: Resource) -> Copy:
        text = "a selection reaches it, and the plan of that selection is not in the inputs"
        reason = Unknown(f"the plan of {selection.address} is not in the inputs")
        where = Evidence(text, selection.address, selection.at("plan_id"))
        return Copy(
            store.address,
            CopyKind.RECOVERY_POINT,
            selection,
            reason,
            False,
            where,
            lock=reason,
            retention_days=reason,
            certain=reason,
        )

    def _points(self, reach: _Reach) -> Iterator[Copy]:
        for rule in reach.plan.blocks("rule") or [Unknown("the plan does not carry the backup plan's rules")]:
            if isinstance(rule, Unknown):
                yield self._point(replace(reach, certain=rule), rule, {})
            elif isinstance(rule, dict):
                yield self._point(reach, rule.get("target_vault_name"), rule)
                actions = rule.get("copy_action")
                for action in actions if isinstance(actions, list) else []:
                    if isinstance(action, dict):
                        yield self._point(reach, action.get("destination_vault_arn"), action)

    def _point(self, reach: _Reach, target: Value, terms: dict[str, Value]) -> Copy:
        held = self.estate.index.find(target, reach.plan, self.vaults.fits).only
        vault = self.vaults.all.get((held.inside, held.address)) if held is not None else None
        domain: Domain | Unknown
        if vault is not None:
            domain = vault.domain
        elif isinstance(target, str) and not target.startswith("arn:"):
            # A vault that is named without its ARN lies where the plan lies.
            domain = self.domains.of(reach.plan)
        else:
            domain = self.domains.of_arn(target, reach.plan)
        where = f"into {held.address}" if held is not None else "into a vault that is not in the inputs"
        text = f"{reach.plan.address} {reach.why}, {where}"
        return Copy(
            reach.store.address,
            CopyKind.RECOVERY_POINT,
            reach.selection,
            domain,
            dies_with_store=False,
            evidence=Evidence(text, reach.selection.address, reach.selection.location),
            held_in=held,
            lock=vault.lock if vault is not None else Unknown("the vault is not in the inputs"),
            key=vault.key if vault is not None else None,
            retention_days=_days(terms),
            certain=self._switched_on(reach, domain),
        )

    def _switched_on(self, reach: _Reach, domain: Domain | Unknown) -> Truth:
        """Whether the copy is made: copies across accounts need a switch that the organization's settings may turn off."""
        apart = isinstance(domain, Domain) and same_domain(domain, self.domains.of(reach.store)) is False
        for each in self.estate.playing("global_settings") if apart else ():
            value = each.get("global_settings.isCrossAccountBackupEnabled")
            if value is not None and not same(value, other=True) and reach.certain is True:
                return Unknown(f"{each.address} does not switch cross-account backup on")
        return reach.certain

    def missed(self, stores: Sequence[Resource]) -> Iterator[Missed]:
        """Stores that a selection was meant for and does not reach, and plans that no selection uses."""
        selections = self.selections
        found = self.estate.playing("backup_selection")
        asked: dict[int, list[Resource]] = {}
        for selection, near in selections.near(found, stores):
            for store in near:
                asked.setdefault(id(store), []).append(selection)
        for store in stores:
            misses: list[Missed] = []
            for selection in asked.get(id(store), ()):
                matched = selections.match(selection, store)
                if matched.outcome is not False:
                    misses = []
                    break
                if matched.near_miss:
                    misses.append(Missed(store, selection, matched.near_miss))
            yield from misses[:1]
        used = {
            (plan.inside, plan.address)
            for selection in found
            for plan in self.estate.index.find(selection.get("plan_id"), selection, self._is_plan).resources
        }
        lost = any(not self.estate.index.find(each.get("plan_id"), each, self._is_plan).resources for each in found)
        for plan in self.estate.playing("backup_plan"):
            if (plan.inside, plan.address) not in used:
                yield Missed(plan, plan, "no selection uses this plan, so it backs up nothing", certain=not lost)


def _days(terms: dict[str, Value]) -> int | Unknown | None:
    lifecycle = terms.get("lifecycle")
    lifecycle = lifecycle[0] if isinstance(lifecycle, list) and lifecycle else lifecycle
    if isinstance(lifecycle, Unknown):
        return lifecycle
    return number_or_unknown(lifecycle.get("delete_after")) if isinstance(lifecycle, dict) else None
