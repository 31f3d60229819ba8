"""The data sources that say something without being asked: documents that they only assemble, and what a provider block
already tells about its account and region."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from policypack.model import Value, Values
from policypack.read import documents
from policypack.read.hcl.providers import account_of

_PLAIN_REGION = r"(?:us|eu|ap|sa|ca|me|af|il|mx)-(?!gov|iso)[a-z]+-\d"


def computed(kind: str, name: str, written: Callable[[str], Value], provider: Callable[[], Values]) -> Value:
    """The computed attribute of a data source, None where it is known only after it was read.

    `written` gives an argument of the data source, `provider` the values of the provider block that it uses.
    """
    find = _KNOWN.get(kind, {}).get(name)
    return None if find is None else find(written, provider)


def computed_names(kind: str) -> tuple[str, ...]:
    """The computed attributes that may be known for that type."""
    return tuple(_KNOWN.get(kind, ()))


def _document(written: Callable[[str], Value], _provider: Callable[[], Values]) -> Value:
    names = ("version", "policy_id", "statement")
    own = {name: value for name in names if (value := written(name)) is not None}
    sources = _documents(written, "source_json", "source_policy_documents")
    overrides = _documents(written, "override_json", "override_policy_documents")
    return documents.as_json(documents.policy_document(own, sources, overrides))


def _documents(written: Callable[[str], Value], one: str, many: str) -> list[Value]:
    found: list[Value] = []
    for value in (written(one), written(many)):
        found += value if isinstance(value, list) else [] if value is None or value == "" else [value]
    return [documents.parsed(each) for each in found if each not in (None, "")]


def _account(_written: Callable[[str], Value], provider: Callable[[], Values]) -> Value:
    return account_of(provider())


def _region(_written: Callable[[str], Value], provider: Callable[[], Values]) -> Value:
    region = provider().get("region")
    return region if isinstance(region, str) else None


def _partition(written: Callable[[str], Value], provider: Callable[[], Values]) -> Value:
    region = _region(written, provider)
    return "aws" if isinstance(region, str) and re.fullmatch(_PLAIN_REGION, region) else None


def _suffix(written: Callable[[str], Value], provider: Callable[[], Values]) -> Value:
    return "amazonaws.com" if _partition(written, provider) == "aws" else None


_Find = Callable[[Callable[[str], Value], Callable[[], Values]], Value]
_KNOWN: Mapping[str, Mapping[str, _Find]] = {
    documents.TYPE: {"json": _document, "minified_json": _document},
    "aws_caller_identity": {"account_id": _account, "id": _account},
    "aws_region": {"name": _region, "id": _region, "region": _region},
    "aws_partition": {"partition": _partition, "id": _partition, "dns_suffix": _suffix},
}
