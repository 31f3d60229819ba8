"""Who comes in through a trust policy, as far as the question is whose identity it is: people, pipelines, agents, services."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from policypack.authority.grants import at
from policypack.model import Evidence, Identity

if TYPE_CHECKING:  # the engine is loaded when somebody is asked about, not by every scan
    from policypack.authority.aws.document import Condition, Statement

# Part of an issuer -> who runs code with its tokens. The subject of each names the repository, project or workspace.
_PIPELINES = {
    "token.actions.githubusercontent.com": "pipelines of GitHub Actions",
    "gitlab": "pipelines of GitLab",
    "oidc.circleci.com": "pipelines of CircleCI",
    "app.terraform.io": "runs of HCP Terraform",
    "agent.buildkite.com": "pipelines of Buildkite",
    "api.bitbucket.org": "pipelines of Bitbucket",
    "spacelift.io": "runs of Spacelift",
    "vstoken.dev.azure.com": "pipelines of Azure DevOps",
}
_PEOPLE = ("saml-provider", "aws_iam_saml_provider", "okta.com", "login.microsoftonline.com", "sts.windows.net", "auth0.com")
_FACTOR = {"aws:multifactorauthpresent", "aws:multifactorauthage"}


class Entrance(Struct, frozen=True):
    """One way into a role. `kind` is "people", "pipelines", "account", "principal" or "service"; `certain` is False where
    those who come in may be others."""

    kind: str
    name: str
    evidence: Evidence
    certain: bool = True


def entrances(identity: Identity) -> Iterator[Entrance]:
    """The ways into an identity, in the order of its trust policy."""
    from policypack.authority.aws.document import statements

    if identity.trust is None:
        return
    for statement in statements(identity.trust):
        if statement.effect != "Allow" or statement.doubt or statement.not_principals:
            continue
        evidence = at(identity.trust, f"statement {statement.index + 1} of its trust policy")
        for kind, text in statement.principals or ():
            yield _entrance(kind, text, statement, evidence)


def _entrance(kind: str, text: str, statement: Statement, evidence: Evidence) -> Entrance:
    from policypack.authority.aws.principal import account_of
    from policypack.authority.aws.text import has_hole, shown

    if kind == "Service":
        return Entrance("service", shown(text), evidence)
    if kind == "Federated":
        return _federated(shown(text), statement, evidence)
    if any(each.key in _FACTOR for each in statement.conditions):
        return Entrance("people", "people who have a second factor", evidence)
    if text == "*" or account_of(text) is not None:
        return Entrance("account", "everybody" if text == "*" else f"account {shown(account_of(text) or text)}", evidence)
    people = ":user/" in text or "aws_iam_user." in shown(text) or "AWSReservedSSO_" in text
    return Entrance("people" if people else "principal", shown(text), evidence, certain=not has_hole(text) or not people)


def _federated(text: str, statement: Statement, evidence: Evidence) -> Entrance:
    hints = [text.lower(), *(each.key for each in statement.conditions)]
    if any(part in hint for part in _PEOPLE for hint in hints):
        return Entrance("people", "people who sign in", evidence)
    for part, name in _PIPELINES.items():
        if any(part in hint for hint in hints):
            pinned = any(_pins(each) for each in statement.conditions)
            return Entrance("principal" if pinned else "pipelines", name, evidence)
    return Entrance("principal", text, evidence)


def _pins(condition: Condition) -> bool:
    """Whether a condition lets in one subject alone: a branch, an environment, a workspace that can be the agent's own."""
    if not condition.key.endswith(":sub") or condition.operator is None:
        return False
    exact = all("*" not in text and "?" not in text for text in condition.values)
    return bool(condition.values) and exact and not condition.operator.negated and not condition.if_exists
