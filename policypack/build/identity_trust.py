"""What a trust policy says about who becomes a role: services, issuers of tokens, accounts, and whether a second factor is asked."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from policypack.build.identity_documents import Documents
from policypack.build.identity_policies import listed
from policypack.model import Policy, Resource, Unknown, Value

_MFA = {"aws:multifactorauthpresent", "aws:multifactorauthage"}

# Part of the issuer -> who issues. Each runs code that a repository or a pipeline decides about.
ISSUERS = {
    "token.actions.githubusercontent.com": "GitHub Actions",
    "/_services/token": "GitHub Actions",
    "gitlab": "GitLab",
    "oidc.circleci.com": "CircleCI",
    "app.terraform.io": "HCP Terraform",
    "agent.buildkite.com": "Buildkite",
    "api.bitbucket.org": "Bitbucket Pipelines",
    "spacelift.io": "Spacelift",
    "scalr.io": "Scalr",
    "env0": "env0",
    "vstoken.dev.azure.com": "Azure Pipelines",
    "oidc.vercel.com": "Vercel",
    "codefresh.io": "Codefresh",
    "pulumi.com": "Pulumi",
    "harness.io": "Harness",
    "semaphoreci.com": "Semaphore",
    "travis-ci": "Travis CI",
    "jenkins": "Jenkins",
}
_WORKLOAD_ISSUERS = {
    "oidc.eks.": "an EKS service account",
    "oidc.fly.io": "a Fly.io machine",
    "aws_eks_cluster": "an EKS service account",
}
_PEOPLE_ISSUERS = (
    "saml-provider/",
    "aws_iam_saml_provider",
    "okta.com",
    "login.microsoftonline.com",
    "sts.windows.net",
    "auth0.com",
)
_SUBJECTS = {"system:serviceaccount:": ("workload", "an EKS service account"), "repo:": ("automation", "GitHub Actions")}


class Trusted(Struct, frozen=True):
    """One kind of principal that a trust policy lets in: `service`, `workload`, `automation`, `people`, `account` or `unknown`,
    with its name. `mfa`: the statement asks for a second factor."""

    kind: str
    name: str
    mfa: bool = False
    agent: bool = False


def trusted(trust: Policy | None, role: Resource, documents: Documents) -> Iterator[Trusted]:
    """Whom the statements of a trust policy let in, in their order."""
    document = trust.document if trust else None
    for statement in listed(document.get("Statement")) if isinstance(document, dict) else ():
        if not isinstance(statement, dict) or statement.get("Effect") != "Allow":
            continue
        conditions = dict(_conditions(statement.get("Condition")))
        mfa = bool(_MFA & conditions.keys())
        principals = statement.get("Principal")
        if principals == "*":
            yield Trusted("account", "everybody", mfa)
        for form, values in principals.items() if isinstance(principals, dict) else ():
            for value in listed(values):
                yield from _principal(form, value, _Statement(role, conditions, mfa), documents)


class _Statement(Struct, frozen=True):
    role: Resource
    conditions: dict[str, list[Value]]
    mfa: bool


def _principal(form: str, value: Value, said: _Statement, documents: Documents) -> Iterator[Trusted]:
    if form == "Service" and isinstance(value, str):
        yield Trusted("service", value, agent=_runs_agents(value, said))
    elif form == "Federated":
        yield _federated(value, said, documents)
    elif form == "AWS":
        yield Trusted("account", value if isinstance(value, str) else "an account", said.mfa)


def _runs_agents(service: str, said: _Statement) -> bool:
    """Whether the service runs AI agents with the role (Amazon Bedrock User Guide, service roles for agents)."""
    sources = [text for key in ("aws:sourcearn",) for value in said.conditions.get(key, []) for text in _texts(value)]
    of_agent = any(":agent/" in text for text in sources)
    return service.startswith("bedrock-agentcore.") or (service.startswith("bedrock.") and of_agent)


def _federated(value: Value, said: _Statement, documents: Documents) -> Trusted:
    subjects = (
        text
        for key, values in said.conditions.items()
        if not key.startswith(("aws:", "sts:"))
        for each in values
        for text in _texts(each)
    )
    for text in subjects:
        found = next((who for subject, who in _SUBJECTS.items() if text.startswith(subject)), None)
        if found is not None:
            return Trusted(*found)
    for hint in (*_texts(value), *said.conditions, *_issuer(value, said.role, documents)):
        known = _by_issuer(hint.lower(), said.mfa)
        if known is not None:
            return known
    shown = value if isinstance(value, str) else ", ".join(_texts(value)) or "an identity provider"
    return Trusted("unknown", shown.rpartition("oidc-provider/")[2])


def _by_issuer(hint: str, mfa: bool) -> Trusted | None:
    for kind, issuers in (("workload", _WORKLOAD_ISSUERS), ("automation", ISSUERS)):
        for part, name in issuers.items():
            if part in hint:
                return Trusted(kind, name)
    if any(part in hint for part in _PEOPLE_ISSUERS):
        return Trusted("people", "a SAML provider" if "saml" in hint else "an identity provider", mfa)
    return None


def _issuer(value: Value, role: Resource, documents: Documents) -> Iterator[str]:
    """What the provider resource that a principal names says of itself."""
    kinds = {"aws_iam_openid_connect_provider", "aws_iam_saml_provider"}
    for provider in documents.estate.index.find(value, role, lambda kind: kind in kinds).resources:
        yield from _texts(provider.get("url"))
    for reference in value.references if isinstance(value, Unknown) else ():
        source = documents.estate.index.by_address.get((role.inside, reference.address))
        yield from _texts(source.get("url")) if source else ()


def _conditions(block: Value) -> Iterator[tuple[str, list[Value]]]:
    for keys in block.values() if isinstance(block, dict) else ():
        for key, values in keys.items() if isinstance(keys, dict) else ():
            yield key.lower(), listed(values)


def _texts(value: Value) -> list[str]:
    """A text, or what is known of one: its parts, and the addresses that it refers to."""
    if isinstance(value, str):
        return [value]
    if not isinstance(value, Unknown):
        return []
    return [*(part for part in value.parts if isinstance(part, str)), *(str(each) for each in value.references)]
