"""What stood guard in one picture and does not in another."""

from __future__ import annotations

from collections.abc import Iterator

from policypack.model.picture import Guard, GuardKind, Store, Vault
from policypack.model.values import Truth, Unknown, is_unknown

_ANY_OF_ITS_KIND = {GuardKind.LOCK, GuardKind.POLICY_DENY, GuardKind.VERSIONING}
_STRENGTH = {"none": 0, "governance": 1, "compliance": 2}


def weaker(old: Guard, store: Store) -> Truth:
    """Whether a store, as it stands in another picture, lacks a guard that held, or has less of it."""
    same = [each for each in store.guards if each.kind is old.kind and not each.subject.goes]
    if old.kind not in _ANY_OF_ITS_KIND:
        same = [each for each in same if each.attribute == old.attribute]
    if old.kind is GuardKind.RECOVERY_WINDOW and isinstance(old.value, int):
        unknown = (each.value for each in same if isinstance(each.value, Unknown))
        return any(isinstance(each.value, int) and each.value < old.value for each in same) or next(unknown, False)
    if old.kind is GuardKind.PREVENT_DESTROY or old.holds is not True or any(each.holds is True for each in same):
        return False
    return next((each.holds for each in same if is_unknown(each.holds)), True)


def loosened(old: Vault, new: Vault | None) -> Iterator[tuple[str, bool]]:
    """What is taken away from a vault of recovery points, in words that follow "the plan", and whether that is certain."""
    if new is None:
        yield "deletes this vault of recovery points", True
        return
    mode, days, after = old.lock.mode, old.lock.minimum_days, new.lock
    if isinstance(mode, str) and _STRENGTH.get(str(after.mode), 0) < _STRENGTH[mode]:
        yield f"loosens this vault's {mode} lock", not is_unknown(after.mode)
    elif isinstance(days, int) and not is_unknown(after.minimum_days) and int(str(after.minimum_days or 0)) < days:
        yield "lowers this vault's minimum retention", True
    if old.denies_deletion is True and new.denies_deletion is not True:
        yield "takes the denial of deletions out of this vault's policy", new.denies_deletion is False
