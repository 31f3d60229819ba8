"""What a resource policy refuses to everyone: just enough to tell a vault's or a bucket's own Deny from none.

Who may do what is `authority`'s question; this one is only whether a policy denies deletion to every principal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from policypack.model import Enforced, Guard, GuardKind, Resource, Truth, Unknown, Value

_MANY = 200_000


def document_of(policy: Value) -> Value:
    """The decoded policy: a mapping, None where there is none or it is not JSON, Unknown where it cannot be told."""
    if isinstance(policy, Unknown):
        return policy.document if policy.document is not None else policy
    if isinstance(policy, dict):
        return policy
    if not isinstance(policy, str) or len(policy) > _MANY:
        return None
    import json  # many estates hold no JSON text

    try:
        decoded: Value = json.loads(policy)
    except ValueError:
        return None
    return decoded


def denies_everyone(policy: Value, actions: Iterable[str]) -> Truth:
    """Whether the policy refuses all of the actions to every principal, on everything, whatever the circumstances."""
    document = document_of(policy)
    if isinstance(document, Unknown):
        return document
    if not isinstance(document, dict):
        return False
    left = set(actions)
    unsure: Unknown | None = None
    for statement in _listed(document.get("Statement")):
        if isinstance(statement, Unknown):
            unsure = statement
            continue
        if not isinstance(statement, dict) or statement.get("Effect") != "Deny" or statement.get("Condition"):
            continue
        if not _everyone(statement.get("Principal")) or "Resource" not in statement:
            continue
        patterns = list(_listed(statement.get("Action")))
        unsure = next((each for each in patterns if isinstance(each, Unknown)), unsure)
        texts = [each.lower() for each in patterns if isinstance(each, str)]
        left -= {action for action in left if any(fnmatchcase(action.lower(), text) for text in texts)}
    if not left:
        return True
    return unsure if unsure is not None else False


def denying_guard(policy: Resource, document: Value, actions: Iterable[str], removed_by: tuple[str, ...] = ()) -> Guard:
    """The guard that a resource policy is, whether it holds or not."""
    denied = denies_everyone(document, actions)
    said = "its policy refuses deletion to everyone" if denied is True else "its policy does not refuse deletion to everyone"
    said = f"whether its policy refuses deletion is not known: {denied.reason}" if isinstance(denied, Unknown) else said
    effect = "nothing in its own policy refuses deletion"
    return Guard(GuardKind.POLICY_DENY, Enforced.API, denied, policy, "policy", document, "a Deny", effect, removed_by, said)


def _listed(value: Value) -> Iterator[Value]:
    if isinstance(value, list):
        yield from value
    elif value is not None:
        yield value


def _everyone(principal: Value) -> bool:
    if isinstance(principal, dict):
        return any("*" in list(_listed(each)) for each in principal.values())
    return principal == "*"
