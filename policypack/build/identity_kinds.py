"""Who acts with an identity, and what says so: settings, names, tags, trust, credentials. The first that speaks decides."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from msgspec import Struct

from policypack.build.estate import Estate
from policypack.build.identity_trust import Trusted
from policypack.model import IdentityKind, Resource, Unknown, Value
from policypack.model.namesakes import unmarked

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


_AGENTS = frozenset(
    _words(
        "agent agents agentic agentcore aider anthropic autogpt bot bots chatgpt claude cline codex copilot crewai "
        "cursor devin gemini langchain langgraph llm mcp openai openclaw opencode openhands replit sweagent windsurf"
    )
)
# What is called an agent and is none: daemons that report, and runners of pipelines.
_DAEMONS = frozenset(
    _words(
        "alloy buildkite ci cloudwatch cwagent datadog dd dynatrace ecs elastic fluent fluentbit grafana inspector jenkins log logging "
        "logs metrics monitoring newrelic otel prometheus relic splunk ssm tailscale teamcity telemetry vector wazuh xray zabbix"
    )
)
_TAG_KEYS = frozenset({"actor", "agent", "ai", "aiagent", "identitykind", "principaltype", "usedby", "managedfor", "kind"})
_YES = frozenset({"true", "yes", "1"})
_AUTOMATION = frozenset(
    _words(
        "actions argocd atlantis automation build buildkite cd ci cicd circleci codebuild codepipeline deploy deployer deployment github "
        "gitlab jenkins packer pipeline pipelines release runner terraform terragrunt tofu"
    )
)
_PIPELINES = ("codebuild.", "codepipeline.", "codedeploy.", "cloudformation.", "amplify.", "proton.", "imagebuilder.")
_PASSWORDS = frozenset({"aws_iam_user_login_profile"})


class Recognised(Struct, frozen=True):
    """The kind, what made it so, and whether the settings said it."""

    kind: IdentityKind
    reason: str
    declared: bool = False


class Clues(Struct, frozen=True):
    """What is known of an identity before its kind is."""

    resource: Resource
    arn: str | Unknown
    names: Sequence[str]
    tags: dict[str, Value] | Unknown
    trusted: Sequence[Trusted] = ()
    credentials: Sequence[Resource] = ()


def recognise(clues: Clues, estate: Estate) -> Recognised:
    """The kind of an identity with its reason. What is declared wins, then what marks an agent, then what holds its keys."""
    open_to_all = any(each.kind == "account" and each.name in {"*", "everybody"} for each in clues.trusted)
    reason = "whoever asks becomes it, as far as its trust policy goes" if open_to_all else "nothing tells who acts with it"
    return next(_recognised(clues, estate), Recognised(IdentityKind.UNKNOWN, reason))


def _recognised(clues: Clues, estate: Estate) -> Iterator[Recognised]:
    yield from _declared(clues, estate)
    yield from _marked(clues)
    for each in clues.trusted:
        if each.agent:
            yield Recognised(IdentityKind.AGENT, f"it trusts {each.name}, which runs agents")
    for each in clues.trusted:
        if each.kind == "automation":
            yield Recognised(IdentityKind.AUTOMATION, f"it trusts tokens of {each.name}")
    keys = [each for each in clues.credentials if each.type not in _PASSWORDS]
    if keys:
        said = f"it has a static credential ({keys[0].address}): whoever reads that is the identity, an agent included"
        yield Recognised(IdentityKind.AUTOMATION, said)
    yield from _trusting(clues)
    if word := next((word for name in clues.names for word in _words(name) if word in _AUTOMATION), ""):
        yield Recognised(IdentityKind.AUTOMATION, f'its name says "{word}"')
    yield from _people(clues)


def _declared(clues: Clues, estate: Estate) -> Iterator[Recognised]:
    settings = estate.settings
    for pattern in settings.agents:
        escaped = pattern.replace("[", "[[]")
        known = [clues.arn] if isinstance(clues.arn, str) else []
        if any(
            fnmatchcase(text, escaped)
            for text in (unmarked(clues.resource.address), unmarked(clues.resource.configured_address), *known)
        ):
            yield Recognised(IdentityKind.AGENT, f"policypack.yaml: agents has {pattern}", declared=True)
        elif isinstance(clues.arn, Unknown) and pattern.startswith("arn:") and _may_be(clues.arn, escaped):
            yield Recognised(
                IdentityKind.AGENT, f"policypack.yaml: agents has {pattern}, which its ARN may match", declared=True
            )
    for key, value in settings.agent_tags:
        if isinstance(clues.tags, dict) and clues.tags.get(key) == value:
            yield Recognised(IdentityKind.AGENT, f"policypack.yaml: agents has the tag {key} = {value}", declared=True)


def _may_be(arn: Unknown, pattern: str) -> bool:
    """Whether an ARN whose account is not known may match: each hole is taken for anything that has no colon or slash in it."""
    text = "".join(part if isinstance(part, str) else "\0" for part in arn.parts)
    if "\0" not in text or not text.startswith("arn:"):
        return False
    regex = "".join(".*" if each == "*" else "." if each == "?" else re.escape(each) for each in pattern.replace("[[]", "["))
    filled = text.replace("\0", "000000000000")
    account = pattern.split(":")[4] if pattern.count(":") > 4 else ""
    return bool(re.fullmatch(regex, filled) or (account.isdigit() and re.fullmatch(regex, text.replace("\0", account))))


def _marked(clues: Clues) -> Iterator[Recognised]:
    if word := next(filter(None, map(_agent_word, clues.names)), ""):
        yield Recognised(IdentityKind.AGENT, f'its name says "{word}"')
    for key, value in sorted(clues.tags.items()) if isinstance(clues.tags, dict) else ():
        plain = "".join(_words(key))
        if not isinstance(value, str) or plain not in _TAG_KEYS:
            continue
        flagged = plain in {"agent", "ai", "aiagent"} and value.lower() in _YES
        if flagged or _agent_word(value):
            yield Recognised(IdentityKind.AGENT, f"its tag {key} = {value}")


def says_agent(text: str) -> str:
    """The word in a name that says an agent has it, "" where none does."""
    return _agent_word(text)


def _agent_word(text: str) -> str:
    words = _words(text)
    for index, word in enumerate(words):
        if word in {"agent", "agents"} and (_DAEMONS & {*words[:index]}):
            continue
        if word in _AGENTS:
            return word
    return ""


def _trusting(clues: Clues) -> Iterator[Recognised]:
    for each in clues.trusted:
        if each.kind == "service":
            pipeline = each.name.startswith(_PIPELINES)
            yield Recognised(IdentityKind.AUTOMATION if pipeline else IdentityKind.WORKLOAD, f"it trusts {each.name}")
        elif each.kind == "workload":
            yield Recognised(IdentityKind.WORKLOAD, f"it trusts {each.name}")


def _people(clues: Clues) -> Iterator[Recognised]:
    for each in clues.trusted:
        if each.kind == "people":
            yield Recognised(IdentityKind.PERSON, f"it trusts {each.name}")
        elif each.kind == "account" and each.mfa:
            yield Recognised(IdentityKind.PERSON, "its trust asks for a second factor")
    passwords = [each for each in clues.credentials if each.type in _PASSWORDS]
    if passwords:
        yield Recognised(IdentityKind.PERSON, f"it signs in with a password ({passwords[0].address})")
