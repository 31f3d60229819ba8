"""Writes what the examples' types look like to Terraform: `python scripts/refresh_schemas.py PROVIDER CDK_FOLDER [PULUMI_FOLDER]`.

A real plan needs a provider's schema, and a provider of Google Cloud or Azure cannot be had where the examples are made. Its
schema can: the prebuilt bindings of the CDK for Terraform (PyPI: cdktn-provider-NAME, unpacked together with the .tgz inside) are
generated from it and name every argument with its type and with who sets it. Which value an argument has that nobody sets stands
in the documentation alone; the Python packages of Pulumi carry its text. The result is one JSON file a provider in `schemas/`,
with the types that `terraform-examples/` uses, for `stand_in.py`.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SCHEMAS = Path(__file__).with_name("schemas")
_GETTERS: dict[str, Any] = {
    "String": "string",
    "Number": "number",
    "Boolean": "bool",
    "List": ["list", "string"],
    "NumberList": ["list", "number"],
    "StringMap": ["map", "string"],
    "BooleanMap": ["map", "bool"],
    "NumberMap": ["map", "number"],
    "AnyMap": "dynamic",
}
_STORED: dict[str, Any] = {
    "string": "string",
    "number": "number",
    "boolean": "bool",
    "stringList": ["list", "string"],
    "numberList": ["list", "number"],
    "stringMap": ["map", "string"],
    "anyMap": "dynamic",
}
_CLASS = re.compile(r"^class (\w+) extends cdkt\w*\.(\w+) \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
_MEMBER = re.compile(
    r"// (\w+) - computed: (\w+), optional: (\w+), required: (\w+)\n(.*?)(?=\n    // \w+ - computed|\Z)", re.DOTALL
)
_NESTED = re.compile(r'^\s*_\w+ = new (?:\w+\.)?(\w+?)(List|OutputReference)\(this, "\w+"(?:, (\w+))?\)', re.MULTILINE)
_MAPPER = re.compile(r"^function (\w+)ToHclTerraform\(struct\) \{(.*?)^\}", re.MULTILINE | re.DOTALL)
_ARGUMENT = re.compile(r'(\w+): \{\s*value: (.*?),\s*isBlock: (\w+),\s*type: "(\w+)",\s*storageClassType: "(\w+)"', re.DOTALL)
_DEFAULT = re.compile(
    r"\b[Dd]efaults?(?: value)?(?: is| to|:)(?: set to)?:? *(?:`+\"?([^`\"]+)\"?`+|\"([^\"]*)\"|(true|false|\d+)\b)", re.DOTALL
)
# What is secret is marked for attributes of the top alone; the rest is in the documentation.
_SECRET = {"kubernetes_secret": ("data", "binary_data"), "kubernetes_secret_v1": ("data", "binary_data")}
_WRAPPERS = "timeouts"


def used(provider: str) -> list[tuple[str, str]]:
    """The blocks ("resource" or "data", and the type) of one provider that the examples have."""
    found: set[tuple[str, str]] = set()
    for path in (ROOT / "terraform-examples").rglob("*.tf"):
        for mode, kind in re.findall(r'^(resource|data) "([a-z0-9_]+)"', path.read_text("utf-8"), re.MULTILINE):
            if kind.startswith(f"{provider}_"):
                found.add((mode, kind))
    return sorted(found)


def _members(text: str) -> Iterator[tuple[str, dict[str, bool], str]]:
    for name, computed, optional, required, body in _MEMBER.findall(text):
        flags = {"computed": computed == "true", "optional": optional == "true", "required": required == "true"}
        yield name, {key: True for key, holds in flags.items() if holds}, body


def _type_of(name: str, body: str) -> Any:  # noqa: ANN401 - Terraform writes types as nested JSON arrays
    found = re.search(rf"(Fn\.tolist\(this\.)?get(\w*)Attribute\('{name}'\)", body)
    if not found:
        return ["map", "string"] if "new cdktn.StringMap(" in body else "dynamic"
    kind = _GETTERS.get(found.group(2), "dynamic")
    return ["set", *kind[1:]] if found.group(1) and isinstance(kind, list) else kind


def _as_object(classes: dict[str, str], name: str) -> Any:  # noqa: ANN401
    """The type of what a class of computed values holds, as an object type."""
    members: dict[str, Any] = {}
    for inner, _, body in _members(classes.get(f"{name}OutputReference", "")):
        nested = _NESTED.search(body)
        if nested:
            members[inner] = ["set" if nested.group(3) == "true" else "list", _as_object(classes, nested.group(1))]
        else:
            members[inner] = _type_of(inner, body)
    return ["object", members]


def block_of(classes: dict[str, str], text: str) -> dict[str, Any]:
    """Attributes and blocks of one class: {"attributes": {name: {...}}, "blocks": {name: {...}}}."""
    attributes: dict[str, Any] = {}
    blocks: dict[str, Any] = {}
    for name, flags, body in _members(text):
        nested = _NESTED.search(body)
        if nested is None:
            attributes[name] = {"type": _type_of(name, body), **flags}
            continue
        inner, single = nested.group(1), nested.group(2) == "OutputReference"
        nesting = "single" if name in _WRAPPERS else "set" if nested.group(3) == "true" else "list"
        if flags.get("computed"):
            attributes[name] = {"type": [nesting, _as_object(classes, inner)], **flags}
            continue
        most = {"most": 1} if single and nesting != "single" else {}
        least = {"least": 1} if flags.get("required") else {}
        blocks[name] = {
            "nesting": nesting,
            **most,
            **least,
            "block": block_of(classes, classes.get(f"{inner}OutputReference", "")),
        }
    return {"attributes": attributes, "blocks": blocks}


def provider_block(text: str, provider: str) -> dict[str, Any]:
    """The schema of the provider's own block, whose nested blocks stand in functions and not in classes."""
    mappers = {name[:1].upper() + name[1:]: body for name, body in _MAPPER.findall(text)}

    def block(body: str) -> dict[str, Any]:
        made: dict[str, Any] = {"attributes": {}, "blocks": {}}
        for name, _, nested, nesting, stored in _ARGUMENT.findall(body):
            if nested == "true":
                inner = block(mappers.get(stored.removesuffix("List"), ""))
                made["blocks"][name] = {"nesting": "set" if nesting == "set" else "list", "block": inner}
            else:
                made["attributes"][name] = {"type": _STORED.get(stored, "dynamic"), "optional": True}
        return made

    main = next(body for name, _, body in _CLASS.findall(text) if name.lower() == f"{provider}provider")
    return block(main[main.index("synthesizeHclAttributes") :])


def _value(text: str, kind: str) -> Any:  # noqa: ANN401
    """The default that a documentation writes, or None where it is no plain value of the type."""
    if kind == "bool":
        return {"true": True, "false": False}.get(text.lower())
    if kind == "number":
        return int(text) if re.fullmatch(r"-?\d+", text) else None
    return text if kind == "string" and re.fullmatch(r"[\w./:+-]+", text) else None


@dataclass(frozen=True)
class Documented:
    """One resource of a Pulumi package: its class, the texts of its properties, and of the nested values beside it."""

    name: str
    properties: Mapping[str, tuple[str, str]]
    secrets: frozenset[str]
    nested: Path


def documentation(folder: Path | None) -> list[Documented]:
    """Every resource of a Pulumi package, with what its documentation says of each property: (type, text)."""
    found: list[Documented] = []
    for path in sorted(folder.rglob("*.py")) if folder else ():
        text = path.read_text("utf-8")
        head = re.search(r"^class (\w+)\(pulumi\.CustomResource\):", text, re.MULTILINE)
        if head:
            shown = re.findall(r'def (\w+)\(self\) -> pulumi\.Output\[(.*)\]:\n\s+"""((?:.|\n)*?)"""', text[head.start() :])
            secrets = re.findall(r'"(\w+)"', "".join(re.findall(r"additional_secret_outputs=\[(.*?)\]", text)))
            names = frozenset(re.sub(r"([A-Z])", lambda each: f"_{each.group(1).lower()}", name) for name in secrets)
            properties = {name: (kind, said) for name, kind, said in shown}
            found.append(Documented(head.group(1), properties, names, path.parent / "outputs.py"))
    return found


def described(kind: str, block: Mapping[str, Any], known: list[Documented]) -> Documented | None:
    """The documented resource that is this type: its name ends the type's, and it shares the most property names."""
    camel = "".join(word.title() for word in kind.split("_")[1:]).lower()
    names = {*block["attributes"], *block["blocks"]} - {"id", "timeouts"}

    def shared(each: Documented) -> float:
        mine = set(each.properties)
        same = sum(
            1 for name in names if name in mine or f"{name}s" in mine or f"{name}es" in mine or f"{name[:-1]}ies" in mine
        )
        return same / max(len(names | mine), 1)

    named = [each for each in known if camel.endswith(each.name.lower())]
    best = max(named, key=lambda each: (shared(each), len(each.name)), default=None)
    return best if best and shared(best) > 0.5 else None


def _nested_text(path: Path, name: str) -> Mapping[str, tuple[str, str]]:
    """The properties of a class of nested values: name -> (type, text)."""
    text = path.read_text("utf-8") if path.is_file() else ""
    found = re.search(rf"^class {name}\(dict\):(.*?)(?=^class |\Z)", text, re.MULTILINE | re.DOTALL)
    if not found:
        return {}
    shown = re.findall(r'def (\w+)\(self\) -> (.*):\n\s+"""((?:.|\n)*?)"""', found.group(1))
    bare = re.findall(r"def (\w+)\(self\) -> (.*):\n\s+return", found.group(1))
    return {**{name: (kind, "") for name, kind in bare}, **{name: (kind, said) for name, kind, said in shown}}


def add_defaults(block: dict[str, Any], properties: Mapping[str, tuple[str, str]], nested: Path) -> None:
    """Writes into a block what the documentation says an argument is where nobody sets it."""
    for name, attribute in block["attributes"].items():
        said = " ".join(properties.get(name, ("", ""))[1].split())
        # What Pulumi's bridge adds about its own engine is no part of the provider's documentation.
        default = _DEFAULT.search(said)
        if default and attribute.get("optional") and not attribute.get("computed"):
            value = _value(next(each for each in default.groups() if each is not None), str(attribute["type"]))
            if value is not None:
                attribute["default"] = value
    for name, inner in block["blocks"].items():
        spellings = (name, f"{name}s", f"{name}es", f"{name[:-1]}ies")
        kind = next((properties[each][0] for each in spellings if each in properties), "")
        if "Optional[" not in kind and kind and "least" not in inner:
            inner["computed"] = True
        reference = re.search(r"outputs\.(\w+)", kind)
        if reference:
            add_defaults(inner["block"], _nested_text(nested, reference.group(1)), nested)


def schema_of(provider: str, cdk: Path, pulumi: Path | None) -> dict[str, Any]:
    """The schemas of the used types of one provider, and of its own block."""
    library = next(cdk.rglob("lib/provider/index.js")).parent.parent
    known = documentation(pulumi)
    made: dict[str, Any] = {"resource": {}, "data": {}}
    for mode, kind in used(provider):
        folder = kind.removeprefix(f"{provider}_").replace("_", "-")
        script = library / (f"data-{provider}-{folder}" if mode == "data" else folder) / "index.js"
        if not script.is_file():
            raise SystemExit(f"{kind}: not in {library.name}")
        found = [each for path in sorted(script.parent.rglob("*.js")) for each in _CLASS.findall(path.read_text("utf-8"))]
        classes = {name: body for name, _, body in found}
        main = next(body for _, parent, body in found if parent in {"TerraformResource", "TerraformDataSource"})
        block = block_of(classes, main)
        page = described(kind, block, known) if mode == "resource" else None
        if page:
            add_defaults(block, page.properties, page.nested)
        for name in (page.secrets if page else frozenset()) | set(_SECRET.get(kind, ())):
            if name in block["attributes"]:
                block["attributes"][name]["sensitive"] = True
        made[mode][kind] = block
    text = (library / "provider" / "index.js").read_text("utf-8")
    version = re.search(r"providerVersion: '([\d.]+)'", text)
    sources = f"{provider} {version.group(1) if version else ''}: names, types and who sets what, from the CDK's bindings"
    documented = "; what is set where nobody sets it, from the documentation as Pulumi's package has it" if pulumi else ""
    return {"source": sources + documented, "licence": "MPL-2.0", "provider": provider_block(text, provider), **made}


def main() -> int:
    """Writes the file of one provider."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("provider")
    parser.add_argument("cdk", type=Path)
    parser.add_argument("pulumi", type=Path, nargs="?")
    asked = parser.parse_args()
    made = schema_of(asked.provider, asked.cdk, asked.pulumi)
    lines = [f'"{key}": {json.dumps(made[key], sort_keys=True)}' for key in ("source", "licence", "provider")]
    for mode in ("resource", "data"):
        types = ",\n".join(f'"{kind}": {json.dumps(block, separators=(",", ":"))}' for kind, block in made[mode].items())
        lines.append(f'"{mode}": {{\n{types}\n}}')
    SCHEMAS.mkdir(exist_ok=True)
    (SCHEMAS / f"{asked.provider}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
