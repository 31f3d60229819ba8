"""Policy texts as they are written -> decoded documents whose statements are a list, with what this estate knows filled in."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cached_property

from msgspec import Struct, field

from policypack.build.domains import Domains
from policypack.build.estate import Estate
from policypack.model import Domain, Reference, Resource, Unknown, Value, strip_keys
from policypack.read.repeated import RepeatedKeyError, once

# IAM refuses documents far smaller than this; nothing longer is worth decoding.
_LONGEST = 1_000_000
_DEEPEST = 40
_MALFORMED = "a policy document that {}: what it allows cannot be told"
VERSION = "2012-10-17"


def stands(resource: Resource) -> bool:
    """Whether what the resource gives or takes is in force once the plan is applied. What Terraform lets go of stays in force."""
    change = resource.change
    return change is None or "delete" not in change.actions or "create" in change.actions


def allow_all() -> dict[str, Value]:
    """The document of FullAWSAccess and RCPFullAWSAccess: everything is allowed (AWS Organizations User Guide, SCP syntax)."""
    return statement(Effect="Allow", Action="*", Resource="*")


def statement(**fields: Value) -> dict[str, Value]:
    """A document of one statement."""
    return {"Version": VERSION, "Statement": [dict(fields)]}


class Documents(Struct, frozen=True, dict=True):
    """Decodes the policies of an estate, each text once."""

    estate: Estate
    domains: Domains
    _seen: dict[str, Value] = field(default_factory=dict)

    @cached_property
    def functions(self) -> Mapping[str, list[Resource]]:
        """Function name -> Lambda functions and aliases of it."""
        found: dict[str, list[Resource]] = {}
        for each in self.estate.resources:
            name = each.get("function_name") if each.type in {"aws_lambda_function", "aws_lambda_alias"} else None
            if isinstance(name, str):
                found.setdefault(name, []).append(each)
        return found

    def of(self, written: Value, holder: Resource) -> Value:
        """The document: a mapping whose `Statement` is a list (leaves may be Unknown), or Unknown with the reason where it
        cannot be resolved, is not JSON, is too long, or is no policy. Never empty for want of knowledge."""
        if isinstance(written, Unknown):
            if written.document is None:
                return written if written.reason else Unknown("a policy document that is not known")
            return self._normal(written.document, holder)
        if isinstance(written, str):
            # What is known as text has no holes, so that its document is the same wherever it is written.
            if written not in self._seen:
                self._seen[written] = self._normal(_decoded(written), holder)
            return self._seen[written]
        if isinstance(written, dict):
            return self._normal(written, holder)
        return Unknown(_MALFORMED.format("is not JSON"))

    def _normal(self, document: Value, holder: Resource) -> Value:
        if isinstance(document, Unknown):
            return document
        if not isinstance(document, dict):
            return Unknown(_MALFORMED.format("is not a JSON object"))
        statements = document.get("Statement")
        if isinstance(statements, dict):
            statements = [statements]
        if isinstance(statements, Unknown):
            statements = [statements]
        if not isinstance(statements, list):
            return Unknown(_MALFORMED.format("has no statements"))
        fill = _Filler(self, holder).fill
        try:
            return {**{key: fill(value) for key, value in document.items()}, "Statement": [fill(each) for each in statements]}
        except RecursionError:
            return Unknown(_MALFORMED.format("is nested too deeply"))

    def text(self, value: Value, holder: Resource) -> Value:
        """A value outside of a document (an ARN, a name) with what the estate knows filled in."""
        return _Filler(self, holder).fill(value) if isinstance(value, Unknown) else value

    def settled(self, reference: Reference, holder: Resource) -> str | Reference:
        """What a reference stands for, where the estate knows it: the account of `aws_caller_identity`, its partition and
        region. An account that cannot be told becomes the hole that stands for it everywhere."""
        name = strip_keys(reference.address).rpartition("data.")[2].partition(".")[0]
        attribute = reference.attribute
        if name not in _SETTLED or ".data." not in f".{reference.address}":
            return reference
        source = self.estate.index.by_address.get((holder.inside, reference.address))
        return _SETTLED[name](self.domains.of(source or holder), attribute, self.estate, source or holder) or reference


class _Filler(Struct, frozen=True):
    """Replaces in one document what the estate knows."""

    documents: Documents
    holder: Resource

    def fill(self, value: Value, depth: int = 0) -> Value:
        """The same value with its holes settled as far as they can be."""
        if isinstance(value, Unknown):
            return self._settled(value)
        if depth > _DEEPEST:
            return Unknown("nested too deeply to read")
        if isinstance(value, dict):
            return {key: self.fill(each, depth + 1) for key, each in value.items()}
        if isinstance(value, list):
            return [self.fill(each, depth + 1) for each in value]
        return value

    def _settled(self, value: Unknown) -> Value:
        made = [each if isinstance(each, str) else self.documents.settled(each, self.holder) for each in value.parts]
        return joined(made, value) if tuple(made) != value.parts else value


def joined(parts: list[str | Reference], origin: Unknown | None = None) -> str | Unknown:
    """The text that the parts are, Unknown with them where there are holes."""
    merged: list[str | Reference] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        elif part != "":
            merged.append(part)
    holes = tuple(dict.fromkeys(part for part in merged if isinstance(part, Reference)))
    if not holes:
        return "".join(part for part in merged if isinstance(part, str))
    return Unknown(origin.reason if origin is not None else "known only after apply", holes, tuple(merged))


def _decoded(text: str) -> Value:
    if len(text) > _LONGEST:
        return Unknown(_MALFORMED.format("is longer than a megabyte"))
    try:
        document: Value = json.loads(text, object_pairs_hook=once)
    except RecursionError:
        return Unknown(_MALFORMED.format("is nested too deeply"))
    except RepeatedKeyError:
        return Unknown(_MALFORMED.format("names one element twice"))
    except ValueError:
        return Unknown(_MALFORMED.format("is not JSON"))
    return document


def partition_of(estate: Estate, resource: Resource) -> str:
    """The AWS partition that a resource lies in, by the region of its provider; `aws` where nothing says otherwise."""
    region = region_of(estate, resource)
    if isinstance(region, str) and region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if isinstance(region, str) and region.startswith("us-gov-") else "aws"


def region_of(estate: Estate, resource: Resource) -> str | None:
    """The region that a resource lies in, None where it cannot be told."""
    own = resource.get("region") if resource.mode == "managed" else None
    block = estate.provider_block(resource)
    region = own if own is not None else block.get("region") if block else None
    return region if isinstance(region, str) and region else None


def _caller(domain: Domain, attribute: str, _estate: Estate, _source: Resource) -> str | Reference | None:
    return domain.account if attribute in {"account_id", "id"} else None


def _region(_domain: Domain, attribute: str, estate: Estate, source: Resource) -> str | None:
    return region_of(estate, source) if attribute in {"name", "id", "region"} else None


def _partition(_domain: Domain, attribute: str, estate: Estate, source: Resource) -> str | None:
    return partition_of(estate, source) if attribute in {"partition", "id"} else None


_SETTLED: Mapping[str, Callable[[Domain, str, Estate, Resource], str | Reference | None]] = {
    "aws_caller_identity": _caller,
    "aws_region": _region,
    "aws_partition": _partition,
}
