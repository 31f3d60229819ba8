"""What a resource policy refuses to everyone: just enough to tell a vault's or a bucket's own Deny from none.

Who may do what is `authority`'s question; this one is only whether a policy denies deletion to every principal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from policypack.model import Enforced, Guard, GuardKind, Reference, Resource, Truth, Unknown, Value
from policypack.read.repeated import once

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
        decoded: Value = json.loads(policy, object_pairs_hook=once)
    except (ValueError, RecursionError):
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
        if not isinstance(statement, dict) or statement.get("Effect") != "Deny" or "Resource" not in statement:
            continue
        condition = statement.get("Condition")
        if isinstance(condition, Unknown) or condition or not _everyone(statement.get("Principal")):
            continue
        patterns, places = list(_listed(statement.get("Action"))), list(_listed(statement.get("Resource")))
        unsure = next((each for each in (*patterns, *places) if isinstance(each, Unknown) and not each.parts), unsure)
        texts = [each.lower() for each in patterns if isinstance(each, str)]
        refused = {action for action in left if any(fnmatchcase(action.lower(), text) for text in texts)}
        left -= {action for action in refused if any(_is_all(place, action) for place in places)}
    if not left:
        return True
    return unsure if unsure is not None else False


def _is_all(place: Value, action: str) -> bool:
    """Whether a Resource of the policy is all that an action of it is about: the bucket or every object, not some of them."""
    parts = place.parts if isinstance(place, Unknown) else (place,)
    text = "".join(
        each if isinstance(each, str) else "arn:aws:s3:::x" if each.attribute == "arn" else "x"
        for each in parts
        if isinstance(each, (str, Reference))
    )
    if not action.startswith("s3:"):
        return bool(text)
    _, slash, inside = text.rpartition(":::")[2].partition("/")
    if "Object" in action:
        return inside.strip("*") == "" and text.endswith("*")
    return bool(text) and not slash


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
        return "*" in list(_listed(principal.get("AWS")))
    return principal == "*"
