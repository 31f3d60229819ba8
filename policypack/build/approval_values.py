"""Questions to the values of approvals, answered with yes, no or what is not known."""

from __future__ import annotations

from policypack.build.guards import same
from policypack.model import Truth, Unknown, Value

_INPUTS = ("var.", "local.", "each.", "count.", "path.", "terraform.")


def same_thing(one: Value, other: Value) -> bool:
    """Whether two values name one thing: the same text, or the same reference."""
    if isinstance(one, Unknown) and isinstance(other, Unknown):
        return bool(one.references) and {each.address for each in one.references} == {each.address for each in other.references}
    return isinstance(one, str) and one == other


def asked(value: Value) -> Truth:
    """Whether a value makes somebody decide: a name, a number above 0, a list that has anybody in it."""
    if isinstance(value, Unknown):
        # A set of ids that are not known yet is not known as a whole: it has somebody in it if it refers to nothing but such ids.
        ids = all(each.attribute and not each.address.startswith(_INPUTS) for each in value.references)
        return True if value.references and ids else value
    if isinstance(value, list):
        return bool(value)
    if isinstance(value, str):
        return value not in {"", "0", "false"}
    return bool(value)


def has(value: Value, wanted: tuple[Value, ...]) -> Truth:
    """Whether a value is one of those wanted, or is a list that has one of them."""
    if isinstance(value, Unknown):
        return value
    values = value if isinstance(value, list) else [value]
    if any(not isinstance(each, Unknown) and same(each, other) for each in values if each is not None for other in wanted):
        return True
    return next((each for each in values if isinstance(each, Unknown)), False)
