"""Azure's roles against a plain reading of the documentation, on roles and actions that nobody chose."""

from __future__ import annotations

import re

from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from policypack.authority.azure import BY_ROLES, LANGUAGE
from policypack.build.azure_roles import Given, Role, grants
from policypack.catalog.scoped.azure_roles import BuiltIn, of_data
from policypack.model import Evidence, Grant, Level, Scope, Unknown

EVERYWHERE = Scope("azurerm", Level.EVERYTHING)
CONTROL = (
    "Microsoft.Compute/disks/delete",
    "Microsoft.Compute/disks/write",
    "Microsoft.Compute/snapshots/delete",
    "Microsoft.Authorization/locks/delete",
    "Microsoft.Network/dnsZones/delete",
)
DATA = ("Microsoft.KeyVault/vaults/secrets/delete", "Microsoft.KeyVault/vaults/keys/purge/action")
ACTIONS = (*CONTROL, *DATA)
ASKED = st.sampled_from(ACTIONS)


@st.composite
def patterns(draw: st.DrawFn) -> str:
    """An action, with some of its parts as stars, in some case."""
    parts = draw(ASKED).split("/")
    starred = ["*" if draw(st.booleans()) else part for part in parts[: draw(st.integers(1, len(parts)))]]
    text = "/".join(starred) if len(starred) == len(parts) else "/".join([*starred, "*"])
    return draw(st.sampled_from([text, text.upper(), text.lower()]))


SOME = st.lists(patterns(), max_size=3).map(tuple)
ROLES = st.builds(BuiltIn, st.just(""), SOME, SOME, SOME, SOME)


def plainly(pattern: str, action: str) -> bool:
    """Whether a pattern names an action: a star is any text, the case does not matter."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), action, re.IGNORECASE | re.DOTALL) is not None


def allowed(role: BuiltIn, action: str) -> bool:
    """What the documentation says: the plane's actions, less the plane's not-actions."""
    data = action.lower() in of_data()
    has, out = (role.data_actions, role.not_data_actions) if data else (role.actions, role.not_actions)
    return any(plainly(each, action) for each in has) and not any(plainly(each, action) for each in out)


def direct(made: list[Grant], role: Role) -> list[Grant]:
    """The grants of the role itself, without what its keys open."""
    return [each for each in made if each.role == role.name]


def speaks(made: list[Grant], action: str) -> bool:
    """Whether one of the grants certainly allows an action."""
    return any(
        each.condition is True
        and any(LANGUAGE.matches(pattern, action) for pattern in each.actions)
        and not any(LANGUAGE.matches(pattern, action) for pattern in each.excluded)
        for each in made
    )


def given(role: Role, condition: str = "") -> list[Grant]:
    """What a role grants where it is given."""
    return list(grants(role, Given(EVERYWHERE, Evidence("given"), text=condition)))


@settings(max_examples=100, deadline=None)
@drawn(st.lists(ROLES, min_size=1, max_size=3).map(tuple), ASKED)
def test_a_role_allows_what_its_planes_say(permissions: tuple[BuiltIn, ...], action: str) -> None:
    """Each permissions block allows its actions less its own not-actions; blocks add up; no plane speaks of the other."""
    role = Role("own", permissions)
    assert speaks(direct(given(role), role), action) is any(allowed(each, action) for each in permissions)


@settings(max_examples=100, deadline=None)
@drawn(ROLES, patterns(), ASKED)
def test_taking_out_more_never_gives_more(role: BuiltIn, more: str, action: str) -> None:
    """A further not-action takes away or changes nothing, in what the keys open too."""
    less = BuiltIn("", role.actions, (*role.not_actions, more), role.data_actions, (*role.not_data_actions, more))
    assert speaks(given(Role("own", (role,))), action) or not speaks(given(Role("own", (less,))), action)


@settings(max_examples=100, deadline=None)
@drawn(ROLES, ASKED, ASKED)
def test_a_condition_never_gives_more(role: BuiltIn, about: str, action: str) -> None:
    """Under a condition nothing is certain that is not certain without it, and what it is about is not certain at all."""
    condition = f"((!(ActionMatches{{'{about}'}})) OR (@Resource[name] StringEquals 'x'))"
    bound = direct(given(Role("own", (role,)), condition), Role("own"))
    free = direct(given(Role("own", (role,))), Role("own"))
    assert speaks(bound, action) is (speaks(free, action) and action != about)
    possible = [each for each in bound if isinstance(each.condition, Unknown)]
    assert not speaks(free, about) or any(LANGUAGE.matches(pattern, about) for each in possible for pattern in each.actions)


@settings(max_examples=100, deadline=None)
@drawn(ROLES)
def test_the_data_plane_asks_what_a_vault_goes_by(role: BuiltIn) -> None:
    """Every grant in the data plane by a role holds only where roles count; none in the control plane asks that."""
    for each in direct(given(Role("own", (role,))), Role("own")):
        assert (each.expression == BY_ROLES) is all(pattern.startswith("data:") for pattern in each.actions)
