"""The policy language of AWS IAM, three-valued and offline.

`decide` answers one question and says why; `Evaluator` (in `bulk`) answers all of them at once and says only what. Both
take the model's identities: `principal_of` and `layers_of`. `Request.resource` is one ARN in every form that is known of
it: as text, and as the references that stand for it (`encode`, `hole`), so that a policy that names a resource which does
not exist yet is judged exactly.
"""

from policypack.authority.aws.context import ABSENT, Context, Given, OneOf, given
from policypack.authority.aws.decide import Because, Decision, decide
from policypack.authority.aws.layers import (
    Decoded,
    Layers,
    Request,
    account_of_domain,
    decoded,
    for_resource,
    layers_of,
    principal_of,
)
from policypack.authority.aws.principal import Principal
from policypack.authority.aws.text import ANON, encode, hole, shown

__all__ = [
    "ABSENT",
    "ANON",
    "Because",
    "Context",
    "Decision",
    "Decoded",
    "Given",
    "Layers",
    "OneOf",
    "Principal",
    "Request",
    "account_of_domain",
    "decide",
    "decoded",
    "encode",
    "for_resource",
    "given",
    "hole",
    "layers_of",
    "principal_of",
    "shown",
]
