"""Azure's and Entra ID's roles: two planes and a directory, of which no pattern of one speaks of another; what a vault or an account
accepts; which actions the tables of roles are about.

Patterns of the data plane begin with `data:`, those of the directory with `microsoft.directory/`. Rules: Microsoft Learn, "Understand
Azure role definitions" (`Actions` and `DataActions`), "Azure role-based access control (Azure RBAC) vs. access policies".
"""

from __future__ import annotations

from functools import lru_cache

from policypack.authority.scoped.language import Language, not_understood
from policypack.authority.scoped.language import matches as text_matches
from policypack.catalog.scoped import facts
from policypack.catalog.scoped.azure_roles import of_data
from policypack.model import Site, Truth, Unknown

DATA = "data:"
DIRECTORY = "microsoft.directory/"
PRESENT_TOKEN, DROP_DATABASE = "present a federated token", "DROP DATABASE"
"""What no role gives, and something else does: a credential that trusts a token, a server that has an administrator. An action with
spaces is none of Azure's."""
BY_ROLES, BY_POLICIES, BY_KEYS = "rbac", "access policies", "account keys"
"""What a grant in the data plane needs of what it is used on: that roles count, that access policies count, that keys are accepted."""
_REFUSED = "no "
_NOT_KNOWN = "maybe "


def refuses(what: str) -> str:
    """The sort of a site that does not accept a way into its data plane."""
    return _REFUSED + what


def may_refuse(what: str) -> str:
    """The sort of a site of which nobody knows whether it accepts a way into its data plane."""
    return _NOT_KNOWN + what


# Azure's own role for this has the pattern, and assigns identities: the star stands for the identity's name, which the action lacks.
_ASSIGNS, _ASSIGN = "/userassignedidentities/*/assign/action", "/userassignedidentities/assign/action"


@lru_cache(maxsize=65536)
def matches(pattern: str, action: str) -> bool:
    """Whether a pattern names an action of its own plane; `*` spans slashes, and the case does not matter."""
    if " " in action:
        return pattern == action
    if action.lower().startswith(DIRECTORY):
        return pattern.lower().startswith(DIRECTORY) and text_matches(pattern, action)
    if action.lower() in of_data():
        return pattern.startswith(DATA) and text_matches(pattern[len(DATA) :], action)
    return not pattern.startswith(DATA) and text_matches(pattern.lower().replace(_ASSIGNS, _ASSIGN), action)


def holds(expression: str, site: Site) -> Truth:
    """Whether what a grant is used on accepts it; anything else is a condition that nobody reads."""
    if expression not in {BY_ROLES, BY_POLICIES, BY_KEYS}:
        return not_understood(expression, site)
    said = site.sort.split(", ")
    if refuses(expression) in said:
        return False
    if may_refuse(expression) in said:
        return Unknown(f"whether what it is used on accepts {expression} is not known")
    return True


def judges(action: str) -> bool:
    """Whether the table of built-in roles is about an action: all but those of the control plane that only read."""
    return action.lower() in of_data() or not action.lower().endswith("/read")


LANGUAGE = Language(facts("azure"), matches, holds, judges)
