"""The text of policypack.yaml, read as YAML and held to its schema. Imported only where there is such a file."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from policypack.settings import SettingsError

_SCHEMA = Path(__file__).parent.with_name("settings_schema.json")
_DEEPEST = 20
_HINT = "`policypack schema settings` describes every field"


def read_settings(text: str, shown: str) -> dict[str, Any]:
    """What the text says, as plain values that the schema allows. Raises SettingsError with the line otherwise."""
    try:
        node, data = _parsed(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{shown}:{mark.line + 1}" if mark else shown
        raise SettingsError(f"{where}: {' '.join((error.problem or error.context or 'is not YAML').split())}", _HINT) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise SettingsError(f"{shown}: is not YAML", _HINT) from error
    validator = Draft202012Validator(json.loads(_SCHEMA.read_text("utf-8")))
    wrong = best_match(validator.iter_errors(data))
    if wrong is not None:
        raise _settings_error(wrong, node, shown)
    return cast("dict[str, Any]", data)  # the schema says that it is an object


def _parsed(text: str) -> tuple[yaml.Node | None, Any]:
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        return node, loader.construct_document(node) if node is not None else {}
    finally:
        loader.dispose()


class _Loader(yaml.SafeLoader):
    """YAML as people mean it: keys are text, no aliases (they can blow up), no key twice, no endless depth."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:  # noqa: ANN401 - the library's own
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem="an alias is not allowed here", problem_mark=self._mark())
        if self.depth >= _DEEPEST:
            raise yaml.MarkedYAMLError(problem="is nested too deeply", problem_mark=self._mark())
        self.depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1

    def _mark(self) -> Any:  # noqa: ANN401 - one of two kinds of mark, with or without libyaml
        event: Any = self.peek_event()  # type: ignore[no-untyped-call] # the library's stubs say nothing
        return event.start_mark

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        made: dict[Any, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a key must be text", problem_mark=key.start_mark)
            if key.value in made:
                raise yaml.MarkedYAMLError(problem=f"{key.value} is written twice", problem_mark=key.start_mark)
            made[key.value] = self.construct_object(value, deep=deep)
        return made


def _settings_error(error: ValidationError, root: yaml.Node | None, shown: str) -> SettingsError:
    path = [str(part) for part in error.absolute_path]
    hint = _HINT
    if error.validator == "additionalProperties":
        known: dict[str, Any] = cast("dict[str, Any]", error.schema)["properties"]
        unknown = next(key for key in cast("dict[str, Any]", error.instance) if key not in known)
        near = difflib.get_close_matches(unknown, known, 1)
        said = f"{'.'.join([*path, unknown])} is not a setting"
        path, hint = [*path, unknown], f"did you mean {near[0]}?" if near else f"known here: {', '.join(known)}"
    else:
        said = _said(error, ".".join(path))
    line = _line(root, path)
    return SettingsError(f"{shown}:{line}: {said}" if line else f"{shown}: {said}", hint)


def _said(error: ValidationError, name: str) -> str:
    wanted: Any = error.validator_value
    if error.validator == "required":
        missing = next(key for key in wanted if key not in cast("dict[str, Any]", error.instance))
        return f"`{missing}` is missing{f' in {name}' if name else '; write `version: 1` at the top'}"
    name = name or "the file"
    match error.validator:
        case "enum":
            return f"{name} must be one of {', '.join(wanted)}"
        case "const":
            return f"{name} must be {wanted}"
        case "type" if wanted == "string":
            return f"{name} must be text; put it in quotes"
        case "type":
            return f"{name} must be {_KINDS[wanted]}"
        case "minimum" | "maximum":
            return f"{name} must be at {'least' if error.validator == 'minimum' else 'most'} {wanted}"
        case "oneOf" if isinstance(error.instance, (bool, int, float)):
            return f"{name} must be text; put it in quotes"
    return f"{name} has a form that is not allowed"


_KINDS = {
    "boolean": "true or false",
    "object": "a mapping",
    "array": "a list",
    "integer": "a whole number",
    "number": "a number",
}


def _line(node: yaml.Node | None, path: Sequence[str]) -> int:
    line = 0
    for each in _nodes(node, path):
        line = each.start_mark.line + 1
    return line


def _nodes(node: yaml.Node | None, path: Sequence[str]) -> Iterator[yaml.Node]:
    for part in path:
        if isinstance(node, yaml.MappingNode):
            key, node = next(((key, value) for key, value in node.value if key.value == part), (None, None))
            if key is not None:
                yield key
        elif isinstance(node, yaml.SequenceNode) and part.isdigit():
            node = node.value[int(part)]
            yield node
