"""The configuration inside a plan: which block a resource comes from, and what its expressions refer to.

The plan's configuration has one entry a block and relative addresses; what is handed out is absolute. A reference to a
module's variable is followed to the expression that the module's caller gave, one to a module's output to the output's own.
Locals are in no plan, so what goes through one cannot be followed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property

from msgspec import MsgspecError, Raw, Struct
from msgspec.json import Decoder

from policypack.model import Reference
from policypack.read.addresses import dotted, last_key, module_of, most_specific, split
from policypack.read.plan_json import NULL, BlockJson, CallJson, ConfigurationJson, Json, ModuleJson, loose

MAX_HOPS = 64
_NOWHERE = {"each", "count", "path", "terraform", "self"}


class Module(Struct, dict=True):
    """The configuration of one module, whatever its instances. `call` is None for the root."""

    json: ModuleJson
    wanted: Callable[[str], bool]
    call: CallJson | None = None

    @cached_property
    def blocks(self) -> Mapping[str, BlockJson]:
        """Its resource blocks by relative address (`aws_s3_bucket.b`, `data.aws_region.r`), of the types that are wanted."""
        listed = self.json.resources or ()
        kinds = {kind for kind in {block.type for block in listed} if self.wanted(kind)}
        return {block.address: block for block in listed if block.type in kinds or block.mode == "data"}

    @cached_property
    def children(self) -> Mapping[str, Module]:
        """The modules that it calls, by name."""
        return {name: Module(call.module, self.wanted, call) for name, call in (self.json.module_calls or {}).items()}

    @cached_property
    def arguments(self) -> Mapping[str, Json]:
        """What its caller gave it: expressions by variable."""
        given = loose(self.call.expressions) if self.call else None
        return given if isinstance(given, dict) else {}

    @cached_property
    def sensitive(self) -> frozenset[str]:
        """Its sensitive variables."""
        return frozenset(name for name, variable in (self.json.variables or {}).items() if variable.sensitive)


class Scope(Struct, frozen=True):
    """An instance of a module: what a relative reference is relative to. `prefix` is `module.m["a"].`, or empty."""

    module: Module
    prefix: str = ""
    outer: Scope | None = None

    def call(self, name: str, keys: str) -> Scope | None:
        """An instance of a module that this one calls."""
        child = self.module.children.get(name)
        return Scope(child, f"{self.prefix}module.{name}{keys}.", self) if child else None


class Followed(Struct, frozen=True):
    """Where references lead. `lost` are words for what could not be followed."""

    references: tuple[Reference, ...] = ()
    lost: tuple[str, ...] = ()


class Configuration:
    """The configuration of one plan, with the instances that the plan knows of."""

    def __init__(self, json: ConfigurationJson | None, indexed: Mapping[str, list[str]], wanted: Callable[[str], bool]) -> None:
        """`indexed` maps the address of a block in its module instance to the addresses of its instances, if they have keys."""
        self.providers = (json.provider_config if json else None) or {}
        self.root = Scope(Module((json.root_module if json else None) or ModuleJson(), wanted))
        self._indexed = indexed
        self._scopes: dict[str, Scope | None] = {"": self.root}

    def scope(self, module_address: str) -> Scope | None:
        """The module instance of that address, None where the configuration no longer has it."""
        if module_address not in self._scopes:
            scope: Scope | None = self.root
            parts = split(module_address)
            for word, name in zip(parts[::2], parts[1::2], strict=False):
                scope = scope.call(*name) if scope and word[0] == "module" else None
            self._scopes[module_address] = scope
        return self._scopes[module_address]

    def block(self, address: str) -> tuple[BlockJson, Scope] | None:
        """The block that a resource instance comes from, with its module instance."""
        scope = self.scope(module_of(address))
        if scope is None:
            return None
        block = scope.module.blocks.get(last_key(address[len(scope.prefix) :])[0])
        return (block, scope) if block is not None else None

    def follow(self, references: Sequence[str], scope: Scope, key: str = "") -> Followed:
        """Where references lead, as seen from a module instance; `key` is the key of the instance that has them."""
        same_key = key if key and any(each.startswith(("each.", "count.")) for each in references) else ""
        trail = _Trail(self._indexed, same_key)
        for reference in references:
            trail.follow(reference, scope, (), 0)
        return Followed(tuple(dict.fromkeys(trail.found)), tuple(dict.fromkeys(trail.lost)))


class _Trail:
    def __init__(self, indexed: Mapping[str, list[str]], same_key: str) -> None:
        self._indexed = indexed
        self._same_key = same_key
        self._steps = 0
        self.found: list[Reference] = []
        self.lost: list[str] = []

    def follow(self, reference: str, scope: Scope, rest: tuple[tuple[str, str], ...], depth: int) -> None:
        """Follows one reference; `rest` is the path that was asked of the variable or output that led here."""
        self._steps += 1
        if depth > MAX_HOPS or self._steps > MAX_HOPS * MAX_HOPS:
            self.lost.append("a reference that leads too far")
            return
        parts = split(reference)
        head = parts[0][0]
        if head == "local":
            self.lost.append("a local value that the plan does not carry")
        elif head == "each" and len(parts) > 1 and parts[1][0] == "value":
            self.lost.append("a value of for_each that the plan does not carry")
        elif head == "var":
            self._variable(parts, scope, rest, depth)
        elif head == "module":
            self._output(parts, scope, rest, depth)
        elif head not in _NOWHERE:
            self._resource(parts, scope, rest)

    def _variable(self, parts: list[tuple[str, str]], scope: Scope, rest: tuple[tuple[str, str], ...], depth: int) -> None:
        if scope.outer is None or len(parts) < 2:
            return  # the root's variables have values: nothing that is unknown comes from them
        given = scope.module.arguments.get(parts[1][0])
        for reference in references_of(given):
            self.follow(reference, scope.outer, (*parts[2:], *rest), depth + 1)

    def _output(self, parts: list[tuple[str, str]], scope: Scope, rest: tuple[tuple[str, str], ...], depth: int) -> None:
        inner = scope.call(*parts[1]) if len(parts) > 1 else None
        output = (inner.module.json.outputs or {}).get(parts[2][0]) if inner and len(parts) > 2 else None
        if inner is None or output is None:
            self.lost.append("a module output that the plan does not name")
            return
        for reference in references_of(loose(output.expression)):
            self.follow(reference, inner, (*parts[3:], *rest), depth + 1)

    def _resource(self, parts: list[tuple[str, str]], scope: Scope, rest: tuple[tuple[str, str], ...]) -> None:
        length = 3 if parts[0][0] in {"data", "ephemeral"} else 2
        if len(parts) < length:
            return
        *words, (name, key) = parts[:length]
        block = scope.prefix + ".".join([*(word for word, _ in words), name])
        attribute = parts[length:] or rest
        self.found.append(Reference(block + self._instance(block, key), dotted(attribute)))

    def _instance(self, block: str, key: str) -> str:
        """The instance key, where it is certain which instance is meant."""
        if key:
            return key
        instances = self._indexed.get(block, ())
        if len(instances) == 1:
            return instances[0][len(block) :]
        return self._same_key if block + self._same_key in instances else ""


def references_of(expression: Json) -> list[str]:
    """Every reference in an expression or a body of expressions, in their order."""
    found: list[str] = []
    waiting = [expression]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            references = each.get("references")
            if isinstance(references, list):
                found.extend(most_specific(references))
            elif "constant_value" not in each:
                waiting.extend(reversed(each.values()))
        elif isinstance(each, list):
            waiting.extend(reversed(each))
    return found


def mentions(block: BlockJson) -> tuple[str, ...]:
    """Every reference in the block, as written."""
    return tuple(dict.fromkeys(_mentioned(block)))


class _Attribute(Struct, gc=False, forbid_unknown_fields=True):
    """An attribute's expression, and no nested block. The constant is not decoded."""

    references: list[str] | None = None
    constant_value: Raw = NULL


_ATTRIBUTES = Decoder(dict[str, _Attribute])


def _mentioned(block: BlockJson) -> Iterator[str]:
    if _may_refer(block.expressions):
        try:  # most blocks have attributes alone
            for each in _ATTRIBUTES.decode(block.expressions).values():
                yield from most_specific(each.references or ())
        except MsgspecError:
            yield from references_of(loose(block.expressions))
    for raw in (block.count_expression, block.for_each_expression):
        if _may_refer(raw):
            yield from references_of(loose(raw))
    yield from block.depends_on or ()


def _may_refer(raw: Raw) -> bool:
    return raw is not NULL and b'"references"' in bytes(raw)
