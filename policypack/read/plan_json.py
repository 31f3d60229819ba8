"""The raw form of Terraform's JSON, as its documentation has it: only what is read here, and the bulk of it undecoded.

A `Raw` is a slice of the file that was checked for syntax and not decoded; `decode` turns one into Python when its resource
is looked at. Field names are Terraform's.
"""

from __future__ import annotations

from typing import Any, TypeAlias, TypeVar

import msgspec
from msgspec import Raw, Struct

Json: TypeAlias = Any
"""Whatever a JSON text may hold. It goes no further than the readers."""
NULL = Raw(b"null")
T = TypeVar("T")


class ChangeJson(Struct, gc=False):
    """What a plan does to one object. `importing` is null or an object that names the id."""

    actions: tuple[str, ...]
    before: Raw = NULL
    after: Raw = NULL
    after_unknown: Raw = NULL
    before_sensitive: Raw = NULL
    after_sensitive: Raw = NULL
    replace_paths: Raw = NULL
    importing: Raw = NULL


class ResourceChange(Struct, gc=False):
    """One entry of `resource_changes`. `deposed` is the key of an object that an earlier replacement left behind."""

    address: str
    type: str
    change: ChangeJson
    mode: str = "managed"
    provider_name: str | None = None
    action_reason: str | None = None
    previous_address: str | None = None
    deposed: str | None = None


class ActionInvocation(Struct, gc=False):
    """One action that a plan runs beside its changes (Terraform 1.14; its first previews called the address otherwise)."""

    address: str | None = None
    action_address: str | None = None


class BlockJson(Struct, gc=False):
    """A resource block of the configuration, one for all its instances."""

    address: str
    type: str
    mode: str = "managed"
    provider_config_key: str | None = None
    expressions: Raw = NULL
    count_expression: Raw = NULL
    for_each_expression: Raw = NULL
    depends_on: list[str] | None = None


class OutputJson(Struct):
    """An output of a module."""

    expression: Raw = NULL
    sensitive: bool | None = None


class VariableJson(Struct):
    """A variable of a module. Only here does it say that it is sensitive."""

    sensitive: bool | None = None


class CallJson(Struct):
    """A module block."""

    module: ModuleJson
    expressions: Raw = NULL
    count_expression: Raw = NULL
    for_each_expression: Raw = NULL


class ModuleJson(Struct):
    """The configuration of one module."""

    resources: list[BlockJson] | None = None
    module_calls: dict[str, CallJson] | None = None
    outputs: dict[str, OutputJson] | None = None
    variables: dict[str, VariableJson] | None = None


class ProviderJson(Struct):
    """A provider block, or a provider that is used without one."""

    name: str
    alias: str | None = None
    module_address: str | None = None
    version_constraint: str | None = None
    expressions: Raw = NULL


class ConfigurationJson(Struct):
    """The configuration of a plan, as it was written: expressions are constants or lists of references."""

    provider_config: dict[str, ProviderJson] | None = None
    root_module: ModuleJson | None = None


class VariableValue(Struct):
    """The value that a root variable had."""

    value: Raw = NULL


class StateResource(Struct, gc=False):
    """An object of a state as `terraform show -json` prints it; `planned_values` and `prior_state` have the same form."""

    address: str
    type: str
    mode: str = "managed"
    provider_name: str | None = None
    values: Raw = NULL
    sensitive_values: Raw = NULL
    depends_on: list[str] | None = None
    deposed_key: str | None = None


class StateModule(Struct):
    """A module instance of a state."""

    resources: list[StateResource] | None = None
    child_modules: list[StateModule] | None = None
    address: str | None = None


class StateValues(Struct):
    """The `values` of a state, and `planned_values` of a plan."""

    root_module: StateModule | None = None


class PriorState(Struct):
    """A state inside a plan."""

    values: StateValues | None = None


class Outline(Struct):
    """Every key that tells a plan, a state and a raw state from other JSON, and what each of them carries.

    What has an entry a resource is decoded with it: a large file is walked once.
    """

    format_version: str | None = None
    terraform_version: str | None = None
    version: int | float | str | None = None
    lineage: str | None = None
    serial: int | None = None
    variables: Raw = NULL
    configuration: ConfigurationJson | None = None
    resource_changes: list[ResourceChange] | None = None
    resource_drift: Raw = NULL
    deferred_changes: Raw = NULL
    action_invocations: Raw = NULL
    planned_values: Raw = NULL
    prior_state: PriorState | None = None
    values: Raw = NULL
    resources: Raw = NULL
    complete: bool | None = None
    errored: bool | None = None


def listed(raw: Raw, kind: type[T], where: str) -> list[T] | None:
    """The elements of a list; None where it is null or absent. Raises ValidationError that counts the elements, from 0."""
    try:
        return decode_some(raw, list[kind])  # type: ignore[valid-type]  # msgspec takes the type as a value
    except msgspec.ValidationError as error:
        what, _, place = str(error).partition(" - at `$[")
        raise msgspec.ValidationError(f"{what}, in entry {place.partition(']')[0]} of {where}" if place else what) from None


def decode_some(raw: Raw, kind: type[T]) -> T | None:
    """The typed form of a slice; None where it is null or absent. Raises what msgspec raises."""
    return None if raw == NULL else msgspec.json.decode(raw, type=kind)


def loose(raw: Raw) -> Json:
    """The untyped form of a slice; None where it cannot be decoded (a number out of range, too deep)."""
    try:
        return msgspec.json.decode(raw)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
