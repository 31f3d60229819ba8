"""The provider blocks of a plan: what they say about the account that they act in, as far as a plan keeps it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from policypack.model import Location, Resource, Unknown, Value
from policypack.read.addresses import most_specific
from policypack.read.hcl.secrets import secret_paths
from policypack.read.plan_configuration import Configuration, Scope
from policypack.read.plan_json import Json, ProviderJson, VariableValue, loose
from policypack.read.plan_values import MAX_DEPTH, TOO_DEEP, is_attribute, plain
from policypack.read.versions import pinned

_ACCOUNTS = {"allowed_account_ids", "forbidden_account_ids"}
_NOT_CARRIED = Unknown("an expression that the plan does not carry")


def read_providers(configuration: Configuration, variables: Mapping[str, VariableValue], place: str) -> dict[str, Resource]:
    """Provider key -> block, as a Resource of mode "provider"."""
    reader = _Reader(configuration, variables, place)
    return {key: reader.provider(key, block) for key, block in sorted(configuration.providers.items())}


def pinned_versions(configuration: Configuration) -> dict[str, str]:
    """Provider -> the version that the configuration pins, or the part of it that it pins (`~> 5.0` pins major 5)."""
    found = {}
    for block in configuration.providers.values():
        version = pinned(block.version_constraint or "")
        if version:
            found[block.name] = version
    return dict(sorted(found.items()))


class _Reader(Struct, frozen=True):
    configuration: Configuration
    variables: Mapping[str, VariableValue]
    place: str

    def provider(self, key: str, block: ProviderJson) -> Resource:
        written = loose(block.expressions)
        values = self._body(
            written if isinstance(written, dict) else {}, self.configuration.scope(block.module_address or ""), 0
        )
        name = f"provider.{block.name}.{block.alias}" if block.alias else f"provider.{block.name}"
        return Resource(
            address=f"{block.module_address}.{name}" if block.module_address else name,
            type=block.name,
            provider=block.name,
            values=values,
            location=Location(self.place),
            inside=self.place,
            mode="provider",
            provider_key=key,
            sensitive=frozenset(secret_paths(block.name, values)),
        )

    def _body(self, written: dict[str, Json], scope: Scope | None, depth: int) -> dict[str, Value]:
        values: dict[str, Value] = {}
        for name, expression in written.items():
            if depth > MAX_DEPTH:
                values[name] = TOO_DEEP
            elif isinstance(expression, list):
                values[name] = [self._body(each, scope, depth + 1) for each in expression if isinstance(each, dict)]
            elif not isinstance(expression, dict):
                values[name] = _NOT_CARRIED
            elif not is_attribute(expression):
                values[name] = [self._body(expression, scope, depth + 1)]
            else:
                values[name] = self._value(name, expression, scope)
        return {name: value for name, value in values.items() if value is not None}

    def _value(self, name: str, expression: dict[str, Json], scope: Scope | None) -> Value:
        if "constant_value" in expression:
            return plain(expression["constant_value"])
        listed = expression.get("references")
        references = most_specific(listed if isinstance(listed, list) else [])
        if not references or scope is None:
            return _NOT_CARRIED
        variable = references[0].removeprefix("var.")
        if len(references) == 1 and scope.outer is None and references[0] == f"var.{variable}" and variable in self.variables:
            return _variable(name, variable, plain(loose(self.variables[variable].value)))
        followed = self.configuration.follow(references, scope)
        return Unknown(followed.lost[0] if followed.lost else f"it depends on {', '.join(references)}", followed.references)


def _variable(name: str, variable: str, value: Value) -> Value:
    """What an argument is whose expression refers to one variable and nothing else.

    It may still be more than the variable (`"arn:…:${var.account}:role/x"`, `merge(var.tags, …)`), and only the reference is
    in the plan. So a value is taken where it is what the argument asks for, and nothing else is.
    """
    if name in _ACCOUNTS and isinstance(value, (str, int, list)):
        return value if isinstance(value, list) else [str(value)]
    fits = isinstance(value, str) and value.startswith("arn:") if name.endswith("_arn") else not isinstance(value, (list, dict))
    return value if fits else Unknown(f"text around var.{variable} that the plan does not carry")
