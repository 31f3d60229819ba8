"""Provider configurations: what they are called, which one a module hands on, and which versions are chosen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from policypack.model import Gap, Value, Values
from policypack.read.files import Tree, not_text, read_bytes
from policypack.read.hcl.evaluating import Nothing, value_of, written
from policypack.read.hcl.source import Source
from policypack.read.hcl.syntax import Block, Code, Expression, Json, code, parse_hcl
from policypack.read.versions import pinned

LOCK = ".terraform.lock.hcl"


def block_key(block: Block) -> str:
    """`aws`, or `aws.prod` for a block with an alias."""
    alias = block.body.attributes.get("alias")
    name = block.labels[0]
    return f"{name}.{written(alias.expression).strip(chr(34))}" if alias is not None else name


def written_key(expression: Expression) -> str:
    """The configuration that a `provider` argument names: `aws.prod["a"]` is `aws.prod`."""
    return written(expression).strip('"').partition("[")[0].strip()


def handed_on(expression: Expression) -> Iterator[tuple[str, str]]:
    """The pairs of `providers = { aws.inner = aws.prod }`: the name inside the module, and the one outside."""
    if isinstance(expression, Json):
        if isinstance(expression.value, dict):
            yield from ((key, value) for key, value in expression.value.items() if isinstance(value, str))
    elif isinstance(expression, Code):
        node = expression.node
        while node.type in {"expression", "collection_value"} and node.named_children:
            node = node.named_children[0]
        for element in (each for each in node.named_children if each.type == "object_elem"):
            sides = [code(each) for each in element.named_children if each.type == "expression"]
            if len(sides) == 2:
                yield written_key(sides[0]), written_key(sides[1])


def short_names(source: Source) -> Mapping[str, str]:
    """The provider behind each local name: the last part of its source, where one is required."""
    names: dict[str, str] = {}
    for required in source.required_providers():
        requirement = value_of(required.expression, Nothing())
        address = requirement.get("source") if isinstance(requirement, dict) else None
        names[required.name] = address.rpartition("/")[2].lower() if isinstance(address, str) else required.name
    return names


def locked_versions(folder: Path, tree: Tree) -> tuple[dict[str, str], Gap | None]:
    """The versions in the dependency lock file, by short name."""
    path = folder / LOCK
    if not path.exists():
        return {}, None
    data = read_bytes(path, tree)
    if isinstance(data, Gap):
        return {}, data
    if not_text(data) is not None:
        return {}, Gap(f"{tree.shown(path)} is no lock file; run `terraform init`", unreadable=True)
    versions: dict[str, str] = {}
    parsed = parse_hcl(data, tree.shown(path))
    for block in parsed.body.named("provider"):
        version = block.body.attributes.get("version")
        if block.labels and version is not None:
            versions[block.labels[0].rpartition("/")[2].lower()] = written(version.expression).strip('"')
    return versions, next(iter(parsed.gaps), None)


def pinned_versions(sources: Iterable[Source]) -> dict[str, str]:
    """The versions that constraints pin, at least to a major, by short name."""
    versions: dict[str, str] = {}
    for source in sources:
        names = short_names(source)
        for required in source.required_providers():
            requirement = value_of(required.expression, Nothing())
            constraint = requirement.get("version") if isinstance(requirement, dict) else requirement
            found = pinned(constraint) if isinstance(constraint, str) else None
            if found is not None:
                versions.setdefault(names.get(required.name, required.name), found)
    return versions


def account_of(values: Values) -> str | None:
    """The AWS account that a provider block certainly acts in: the only allowed one, or that of the role it assumes."""
    allowed = values.get("allowed_account_ids")
    accounts = {str(each) for each in allowed if isinstance(each, (str, int))} if isinstance(allowed, list) else set()
    for name in ("assume_role", "assume_role_with_web_identity"):
        roles = values.get(name)
        role: Value = roles[-1] if isinstance(roles, list) and roles else None
        arn = role.get("role_arn") if isinstance(role, dict) else None
        match = re.match(r"arn:[\w-]+:iam::(\d{12}):role/", arn) if isinstance(arn, str) else None
        if match is not None:
            accounts = (accounts & {match[1]} or {"", match[1]}) if accounts else {match[1]}
            break
    return accounts.pop() if len(accounts) == 1 else None
