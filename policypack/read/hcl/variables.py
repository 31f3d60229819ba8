"""The variables of a root module: where their values come from, in Terraform's order of precedence."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, field

from policypack.model import Gap, Location, Reference, Unknown, Value
from policypack.read.files import Tree, list_folder, not_text, read_bytes
from policypack.read.hcl.evaluating import Nothing, value_of
from policypack.read.hcl.syntax import Block, Expression, Json, parse_expression, parse_hcl
from policypack.read.hcl.types import MisfitError, Simple, constraint, convert
from policypack.read.options import ReadOptions


class Given(Struct, frozen=True):
    """The values that a root module is given. Text of the environment and the command line is not yet of any type."""

    values: Mapping[str, Expression] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()


def given_variables(folder: Path, tree: Tree, options: ReadOptions) -> Given:
    """Later ones win: TF_VAR_*, terraform.tfvars, terraform.tfvars.json, *.auto.tfvars(.json) by name, --var-file, --var."""
    prefix = "TF_VAR_"
    texts = {name.removeprefix(prefix): text for name, text in options.environment.items() if name.startswith(prefix)}
    values: dict[str, Expression] = {}
    gaps: list[Gap] = []
    names = list_folder(folder, tree)
    found = [] if isinstance(names, Gap) else names
    main = [name for name in ("terraform.tfvars", "terraform.tfvars.json") if name in found]
    auto = [name for name in found if name.endswith((".auto.tfvars", ".auto.tfvars.json"))]
    for path in (*(folder / name for name in (*main, *auto)), *options.variable_files):
        chosen = path in options.variable_files
        read, gap = _file(path, Tree(Path(path.resolve().anchor), tree.base, tree.given) if chosen else tree)
        values.update(read)
        gaps += [gap] if gap else []
    for name in values:
        texts.pop(name, None)
    for name, text in options.variables.items():
        values.pop(name, None)
        texts[name] = text
    return Given(values, texts, tuple(gaps))


def _file(path: Path, tree: Tree) -> tuple[dict[str, Expression], Gap | None]:
    data = read_bytes(path, tree)
    if isinstance(data, Gap):
        return {}, data
    shown = tree.shown(path)
    why = not_text(data)
    if why is not None:
        return {}, Gap(f"{shown} cannot be read: {why}", Location(shown), unreadable=True)
    if not path.name.endswith(".json"):
        parsed = parse_hcl(data, shown)
        return {name: each.expression for name, each in parsed.body.attributes.items()}, next(iter(parsed.gaps), None)
    import json  # few variables are given in JSON

    from policypack.read.hcl.json_syntax import json_number

    try:
        values = json.loads(data, parse_float=json_number, parse_constant=json_number)
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        return {}, Gap(f"{shown} is not a JSON object; its variables were not read", Location(shown), unreadable=True)
    return {name: Json(value, literal=True) for name, value in values.items()}, None


def declared_value(name: str, block: Block | None, given: Given) -> Value:
    """The value of a root module's variable: what is given, its default, or an Unknown that says it has no value."""
    if block is None:
        return Unknown(f"variable {name} is not declared", (Reference(f"var.{name}"),))
    if name in given.values:
        return fitted(name, block, value_of(given.values[name], Nothing()))
    if name in given.texts:
        return fitted(name, block, _from_text(given.texts[name], block))
    return default_value(name, block)


def _from_text(text: str, block: Block) -> Value:
    """Text of the command line: as it stands for simple types, an HCL expression for others."""
    kind = block.body.attributes.get("type")
    if kind is None or (isinstance(constraint(kind.expression), Simple) and constraint(kind.expression) != Simple("any")):
        return text
    return value_of(parse_expression(text), Nothing())


def default_value(name: str, block: Block) -> Value:
    """The default, or an Unknown where there is none."""
    default = block.body.attributes.get("default")
    if default is None:
        return Unknown(f"variable {name} has no value", (Reference(f"var.{name}"),))
    return fitted(name, block, value_of(default.expression, Nothing()))


def fitted(name: str, block: Block, value: Value) -> Value:
    """The value as the variable's type holds it. Null takes the default where the variable is not nullable."""
    attributes = block.body.attributes
    if value is None and "nullable" in attributes and value_of(attributes["nullable"].expression, Nothing()) is False:
        return default_value(name, block) if "default" in attributes else Unknown(f"variable {name} must not be null")
    if "type" not in attributes:
        return value
    try:
        return convert(value, constraint(attributes["type"].expression), lambda each: value_of(each, Nothing()))
    except MisfitError as misfit:
        return Unknown(f"the value of variable {name} does not fit its type: {misfit}")


def is_sensitive(block: Block | None) -> bool:
    """Whether the variable or output is declared sensitive, or ephemeral."""
    if block is None:
        return False
    marks = (block.body.attributes.get(name) for name in ("sensitive", "ephemeral"))
    return any(mark is not None and value_of(mark.expression, Nothing()) is not False for mark in marks)
