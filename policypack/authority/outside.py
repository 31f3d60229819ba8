"""What the inputs refer to and do not show: principals and policies of which only the ARN is known."""

from __future__ import annotations

from collections.abc import Iterator

from policypack.authority.aws.document import statements
from policypack.authority.aws.text import has_hole
from policypack.authority.explain import written
from policypack.model import Gap, Infrastructure, Location, Policy, Unknown


def gaps(infrastructure: Infrastructure) -> Iterator[Gap]:
    """One gap for each role that is assumed or trusted and not among the inputs, and for each policy that cannot be read."""
    known = {each.arn for each in infrastructure.identities if isinstance(each.arn, str)}
    said: set[str] = set()
    for identity in infrastructure.identities:
        if identity.language != "aws":
            continue
        for arn, policy in (*_assumed(identity.policies), *_trusted(identity.trust)):
            if arn not in known and arn not in said:
                said.add(arn)
                account = arn.split(":")[4]
                yield Gap(
                    f"{_what(arn)} of account {account} is named and not among the inputs",
                    _place(policy, identity.resource.location),
                )
        for policy in (*identity.policies, *((identity.boundary,) if identity.boundary else ())):
            if isinstance(policy.document, Unknown) and policy.document.document is None and policy.name not in said:
                said.add(policy.name)
                yield Gap(
                    f"the policy {policy.name} cannot be read: {policy.document.reason}",
                    _place(policy, identity.resource.location),
                )


def _place(policy: Policy, otherwise: Location) -> Location:
    return written(policy)[1] or otherwise


def _what(arn: str) -> str:
    return "the account root" if arn.endswith(":root") else arn


def _assumed(policies: tuple[Policy, ...]) -> Iterator[tuple[str, Policy]]:
    for policy in policies:
        for statement in statements(policy):
            if statement.effect == "Allow" and "sts:assumerole" in statement.actions:
                yield from ((text, policy) for text in statement.resources or () if _is_principal(text))


def _trusted(trust: Policy | None) -> Iterator[tuple[str, Policy]]:
    for statement in statements(trust) if trust else ():
        if statement.effect == "Allow":
            named = (text for kind, text in statement.principals or () if kind == "AWS")
            yield from ((text, trust) for text in named if trust and _is_principal(text) and not text.endswith(":root"))


def _is_principal(text: str) -> bool:
    return text.startswith("arn:") and ":iam::" in text and not has_hole(text) and "*" not in text and "?" not in text
