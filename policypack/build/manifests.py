"""Objects that Terraform carries as manifests, restated as resources of the type that makes such an object.

A manifest says what a typed resource says, in other words: `persistentVolumeReclaimPolicy` for
`persistent_volume_reclaim_policy`, lists of `rules` for blocks called `rule`. Whoever looks at volumes or roles need not know which
of both was written. What cannot be read stays what it is, and its entry says that it may hold anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from policypack.catalog import Catalog
from policypack.model import Change, Resource, Unknown, Value, Values, replace

_DEEPEST = 40
_LONGEST = 1_000_000
_HUMP = re.compile(r"([a-z0-9])([A-Z])")
# What a typed resource calls otherwise than the API: lists are blocks, named after one of them.
_NAMES = {
    "containers": "container",
    "initContainers": "init_container",
    "provisioner": "storage_provisioner",
    "rules": "rule",
    "subjects": "subject",
    "volumeClaimTemplates": "volume_claim_template",
    "volumes": "volume",
}
# Mappings whose keys are somebody's own words.
_FREE = frozenset({"annotations", "labels", "matchLabels", "nodeSelector", "parameters"})
_SECRET = frozenset({"data", "stringData", "binaryData"})
_OTHERS = "k8s.io/Any"


def restated(resources: tuple[Resource, ...], catalog: Catalog) -> tuple[Resource, ...]:
    """The resources, each manifest that can be read as what it makes. An estate without manifests pays a look at its types."""
    kinds = {each.type for each in resources if each.mode == "managed"}
    holders = {kind: entry.manifest for kind in kinds if (entry := catalog.entry(kind)) is not None and entry.manifest}
    if not holders:
        return resources
    return tuple(_as_made(each, holders[each.type], catalog) if _is_one(each, holders) else each for each in resources)


def _is_one(resource: Resource, holders: Mapping[str, str]) -> bool:
    return resource.mode == "managed" and resource.type in holders


def _as_made(resource: Resource, argument: str, catalog: Catalog) -> Resource:
    found = _read(resource.values, argument)
    kind = _type_of(found, catalog.objects(resource.type)) if found is not None else None
    if found is None or kind is None:
        return resource
    values = _said(found)
    lines = resource.lines.get(argument)
    hidden = resource.sensitive and any(each.partition(".")[0] == argument for each in resource.sensitive)
    return replace(
        resource,
        type=kind,
        values=values,
        change=_change(resource.change, argument),
        lines=dict.fromkeys(values, lines) if lines is not None else {},
        sensitive=frozenset(values) if hidden else resource.sensitive,
    )


def _change(change: Change | None, argument: str) -> Change | None:
    """The change with the object as it stood before; what cannot be read says nothing."""
    before = _read(change.before, argument) if change is not None and change.before else None
    return change if change is None or before is None else replace(change, before=_said(before))


def _read(values: Values | None, argument: str) -> dict[str, Value] | None:
    """The object, None where it cannot be told."""
    value = values.get(argument) if values else None
    if isinstance(value, str) and len(value) <= _LONGEST:
        from policypack.read.hcl.functions import yaml_text  # few estates have YAML, and it is slow to import
        from policypack.read.hcl.partial import EvaluationError

        try:
            value = yaml_text.decode(value)
        except EvaluationError:
            return None
    return value if isinstance(value, dict) else None


def _type_of(found: Mapping[str, Value], types: Mapping[str, str]) -> str | None:
    """The type that stands for an object; None where nobody knows such objects, or it is not said what it is."""
    version, kind = found.get("apiVersion"), found.get("kind")
    if not isinstance(version, str) or not isinstance(kind, str):
        return None
    group = version.rpartition("/")[0] or "core"
    own = "." not in group or group.endswith(".k8s.io")
    return types.get(f"{group}/{kind}") or (types.get(_OTHERS) if own and kind != "List" else None)


def _said(found: Mapping[str, Value]) -> dict[str, Value]:
    """What the object says in the words of typed resources. The contents of secrets are left out."""
    kept = {key: value for key, value in found.items() if key not in {"apiVersion", "kind", "status", *_SECRET}}
    return {_name(key): _value(key, value, 0) for key, value in kept.items() if value is not None}


def _value(key: str, value: Value, depth: int) -> Value:
    if depth > _DEEPEST:
        return Unknown("nested too deeply to read")
    if isinstance(value, dict):
        if key in _FREE:
            return value
        return {_name(name): _value(name, each, depth + 1) for name, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_value("", each, depth + 1) for each in _whole(value)]
    return value


def _whole(values: Iterable[Value]) -> list[Value]:
    return [each for each in values if each is not None]


def _name(key: str) -> str:
    return _NAMES.get(key) or _HUMP.sub(r"\1_\2", key).lower()
