"""What policypack knows: values, resources, and the picture that checks judge.

Everything here is a frozen value. Readers make `Input`s, `build` makes one `Infrastructure` out of them, checks read it.
Two sentinels carry honesty: `None` is "not written" (HCL null and an omitted argument are the same to a provider), an
`Unknown` is "written, but what it will be cannot be told from the inputs". Neither is ever replaced by a default here;
a provider's defaults live in the catalog.
"""

from msgspec.structs import replace

from policypack.model.grants import Grant, Level, Scope, Site, Spot, any_of, same_name, shown_name, symbol
from policypack.model.identity import (
    Identity,
    IdentityKind,
    Outcome,
    Policy,
    Power,
    Verb,
)
from policypack.model.infrastructure import (
    Infrastructure,
    Thresholds,
)
from policypack.model.picture import (
    Copy,
    CopyKind,
    Credential,
    Domain,
    Enforced,
    Environment,
    Evidence,
    Guard,
    GuardKind,
    Lock,
    Missed,
    Safeguard,
    Store,
    Vault,
    days,
    same_domain,
)
from policypack.model.resources import (
    Change,
    Comment,
    Gap,
    Input,
    Lifecycle,
    Location,
    Passed,
    Resource,
    leading_address,
    strip_keys,
)
from policypack.model.values import (
    UNKNOWN,
    Reference,
    Truth,
    Unknown,
    UnknownTruthError,
    Value,
    Values,
    is_unknown,
    lookup,
)

__all__ = [
    "UNKNOWN",
    "Change",
    "Comment",
    "Copy",
    "CopyKind",
    "Credential",
    "Domain",
    "Enforced",
    "Environment",
    "Evidence",
    "Gap",
    "Grant",
    "Guard",
    "GuardKind",
    "Identity",
    "IdentityKind",
    "Infrastructure",
    "Input",
    "Level",
    "Lifecycle",
    "Location",
    "Lock",
    "Missed",
    "Outcome",
    "Passed",
    "Policy",
    "Power",
    "Reference",
    "Resource",
    "Safeguard",
    "Scope",
    "Site",
    "Spot",
    "Store",
    "Thresholds",
    "Truth",
    "Unknown",
    "UnknownTruthError",
    "Value",
    "Values",
    "Vault",
    "Verb",
    "any_of",
    "days",
    "is_unknown",
    "leading_address",
    "lookup",
    "replace",
    "same_domain",
    "same_name",
    "shown_name",
    "strip_keys",
    "symbol",
]
