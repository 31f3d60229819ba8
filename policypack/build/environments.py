"""Production or not: what the settings say, then what tags, names, addresses, workspaces and folders say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from policypack.build.estate import Estate
from policypack.model import Domain, Environment, Reference, Resource, Unknown, Value
from policypack.model.namesakes import unmarked
from policypack.settings import EnvironmentRule

_PRODUCTION = frozenset({"prod", "production", "prd", "live"})
_FOLDER_WORDS = {
    "dev": "development",
    "development": "development",
    "staging": "staging",
    "stage": "staging",
    "stg": "staging",
    "qa": "qa",
    "uat": "uat",
    "sandbox": "sandbox",
    "sbx": "sandbox",
    "nonprod": "non-production",
}
_OTHER = _FOLDER_WORDS | {
    "test": "test",
    "testing": "test",
    "demo": "demo",
    "ephemeral": "ephemeral",
    "preview": "preview",
    "review": "review",
    "develop": "development",
}
TAG_KEYS = frozenset({"env", "environment", "stage", "environmentname", "environment_name", "env_name"})
"""Tags that name an environment, in lower case."""
_NAME_KEYS = (
    "name",
    "identifier",
    "cluster_identifier",
    "bucket",
    "identifier_prefix",
    "name_prefix",
    "bucket_prefix",
    "alias",
)
_WORD = re.compile(r"[a-z]+")


def environment_of(resource: Resource, domain: Domain, estate: Estate) -> Environment:
    """The environment of a resource, with the evidence that decided. The settings win over what is recognised."""
    settings = estate.settings
    for rule in settings.environments:
        reason = _matches(rule, resource, domain, estate)
        if reason:
            return Environment(rule.name, rule.name == "production", f"policypack.yaml: {reason}")
    for text, where, words in _clues(resource, domain, estate):
        name = _recognised(text, words)
        if name:
            return Environment(name, name == "production", f"by {where}")
    default = settings.default_environment
    return Environment(default, default == "production", "nothing says otherwise", recognised=False)


def named_environment(texts: Iterable[str]) -> Environment | None:
    """The environment that texts about one thing name, production before others; None where none of them names any."""
    found = [name for text in texts if (name := _recognised(text, _OTHER))]
    if not found:
        return None
    name = "production" if "production" in found else found[0]
    return Environment(name, name == "production", "by the names around it")


def _matches(rule: EnvironmentRule, resource: Resource, domain: Domain, estate: Estate) -> str:
    if isinstance(domain.id, str) and domain.id in rule.domains:
        return f"domain {domain.id}"
    for pattern in rule.addresses:
        if fnmatchcase(unmarked(resource.address), pattern.replace("[", "[[]")):
            return f"address {pattern}"
    tags = estate.tags(resource)
    if isinstance(tags, Unknown):
        return ""
    hidden = estate.hides_tags(resource)
    return next(
        (
            f"tag {key}" if hidden else f"tag {key} = {tags[key]}"
            for key, values in rule.tags.items()
            if tags.get(key) in list(values)
        ),
        "",
    )


def _clues(resource: Resource, domain: Domain, estate: Estate) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Texts that may name an environment, the strongest first."""
    tags = estate.tags(resource)
    for key, value in tags.items() if isinstance(tags, dict) else ():
        if key.lower() in TAG_KEYS and isinstance(value, str):
            yield value, f"its tag {key}" if estate.hides_tags(resource) else f"its tag {key} = {value}", _OTHER
    entry = estate.entries.get(resource.type)
    for key in dict.fromkeys((*_NAME_KEYS, entry.name if entry and entry.name else "name")):
        for text in _texts(resource.get(key)):
            yield text, "its name", _OTHER
    if isinstance(tags, dict) and isinstance(tags.get("Name"), str):
        yield str(tags["Name"]), "its Name tag", _OTHER
    yield unmarked(resource.address), "its address", _OTHER
    yield from _around(resource, estate)
    yield domain.name, f"its domain's name {domain.name}", _OTHER
    if isinstance(domain.id, str):  # an AWS account is a number; a project has a name
        yield domain.id, f"its {domain.word} {domain.id}", _OTHER
    source = estate.by_path.get(resource.inside)
    if source is not None:
        if source.workspace:
            yield source.workspace, f"the workspace {source.workspace}", _OTHER
        *folders, last = source.path.split("/")
        yield last, f"its {'folder' if source.kind == 'module' else 'file'} {last}", _FOLDER_WORDS
        for folder in reversed(folders):
            yield folder, f"its folder {folder}", _FOLDER_WORDS


def _around(resource: Resource, estate: Estate) -> Iterator[tuple[str, str, dict[str, str]]]:
    """What names the thing that it lies in: a namespace called staging holds what is staging's."""
    entry = estate.entries.get(resource.type)
    for key in entry.lies_in if entry else ():
        for text in _texts(resource.get(key)):
            yield text, f"what it lies in ({text})", _OTHER


def _texts(value: Value) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Unknown):
        return [part for part in value.parts if not isinstance(part, Reference)]
    return []


def recognised(text: str) -> str:
    """The environment that a name says, "" where it says none."""
    return _recognised(text, _OTHER)


def _recognised(text: str, others: dict[str, str]) -> str:
    words = _WORD.findall(text.lower())
    for index, word in enumerate(words):
        if word in _PRODUCTION:
            return "non-production" if index and words[index - 1] in {"non", "not", "pre"} else "production"
    return next((others[word] for word in words if word in others), "")
