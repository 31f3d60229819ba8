"""What names mean in a module: each value is worked out when it is first asked for, once, and circles end as unknown."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct, field

from policypack.model import Location, Reference, Unknown, Value, Values
from policypack.read.hcl.blocks import META_ARGUMENTS, META_BLOCKS, Marks, block_name, block_values, without_nulls
from policypack.read.hcl.data_sources import computed, computed_names
from policypack.read.hcl.estate import MAX_CHAIN, Estate
from policypack.read.hcl.evaluating import plain, value_of
from policypack.read.hcl.instances import Key, Keys, instances_of, suffix
from policypack.read.hcl.partial import Attributes, EvaluationError, follow, pending
from policypack.read.hcl.providers import short_names, written_key
from policypack.read.hcl.source import Source
from policypack.read.hcl.syntax import Attribute, Block, Code
from policypack.read.hcl.trace import Trace, trace_of
from policypack.read.hcl.variables import Given, declared_value, default_value, fitted


class Call(Struct, frozen=True):
    """The module block that made a module: its arguments, and where they are evaluated."""

    module: Module
    inputs: Mapping[str, Attribute]
    scope: ModuleScope


class Module:
    """One instance of a module, with everything that was worked out about it."""

    def __init__(self, estate: Estate, source: Source, given: Given | None = None) -> None:
        self.estate = estate
        self.source = source
        self.given = given or Given()
        self.address = ""
        self.path: tuple[str, ...] = ()
        self.call: Call | None = None
        self.call_locations: tuple[Location, ...] = ()
        self.folders: tuple[Path, ...] = (source.folder,)
        self.providers: Mapping[str, str] = {}
        self.provider_values: Callable[[str], Values] = _no_values
        self.find_children: Callable[[Module, str], Mapping[Key, Module]] = _no_children
        self.traces: dict[tuple[str, ...], Trace] = {}
        self.expression_traces: dict[tuple[int, Key], Trace] = {}
        self.short_names = short_names(source)
        self._values: dict[tuple[str, ...], Value] = {}
        self._running: set[tuple[object, ...]] = set()
        self._keys: dict[tuple[bool, str, str], Keys] = {}
        self._instances: dict[tuple[bool, str, str, Key], Instance] = {}
        self._children: dict[str, Mapping[Key, Module]] = {}

    @property
    def prefix(self) -> str:
        """What stands before the addresses of its resources."""
        return f"{self.address}." if self.address else ""

    @property
    def scope(self) -> ModuleScope:
        """The scope of expressions that stand outside of repeated blocks."""
        return ModuleScope(self)

    def once(self, key: tuple[str, ...], make: Callable[[], Value]) -> Value:
        """The value under that key, worked out the first time."""
        if key in self._values:
            return self._values[key]
        name = ".".join(key)
        if key in self._running:
            return Unknown(f"{name} leads back to itself")
        if self.estate.chain >= MAX_CHAIN:
            return Unknown(f"{name} lies behind more than {MAX_CHAIN} other names")
        self._running.add(key)
        self.estate.chain += 1
        try:
            self._values[key] = make()
        finally:
            self.estate.chain -= 1
            self._running.discard(key)
        return self._values[key]

    def variable(self, name: str) -> Value:
        """The value of a variable."""
        return self.once(("var", name), lambda: self._variable(name))

    def _variable(self, name: str) -> Value:
        block = self.source.variables.get(name)
        if self.call is None or block is None:
            return declared_value(name, block, self.given)
        if name in self.call.inputs:
            return fitted(name, block, value_of(self.call.inputs[name].expression, self.call.scope))
        return default_value(name, block)

    def local(self, name: str) -> Value:
        """The value of a local value."""
        attribute = self.source.locals.get(name)
        if attribute is None:
            return Unknown(f"local.{name} is not declared")
        return self.once(("local", name), lambda: value_of(attribute.expression, self.scope))

    def output(self, name: str) -> Value:
        """The value of an output."""
        block = self.source.outputs.get(name)
        value = block.body.attributes.get("value") if block is not None else None
        if value is None:
            return Unknown(f"{self.address} has no output {name}")
        return self.once(("output", name), lambda: value_of(value.expression, self.scope))

    def keys(self, data: bool, kind: str, name: str) -> Keys:
        """The instances of a resource or data source that is declared."""
        key = (data, kind, name)
        if key not in self._keys:
            block = (self.source.data if data else self.source.resources)[kind, name]
            if key in self._running:
                return Keys("count", ("?",), unknown=Unknown(f"{kind}.{name} leads back to itself"))
            self._running.add(key)
            try:
                self._keys[key] = instances_of(block, self.scope)
            finally:
                self._running.discard(key)
        return self._keys[key]

    def instance(self, data: bool, kind: str, name: str, key: Key) -> Instance:
        """One instance of a resource or data source."""
        place = (data, kind, name, key)
        if place not in self._instances:
            block = (self.source.data if data else self.source.resources)[kind, name]
            self._instances[place] = Instance(self, block, data, key, self.keys(data, kind, name))
        return self._instances[place]

    def children(self, name: str) -> Mapping[Key, Module]:
        """The instances of a module call; none where it is not declared or its source cannot be had."""
        if name not in self._children:
            self._children[name] = {}  # while it is worked out: a call that leads to itself has none
            self._children[name] = self.find_children(self, name)
        return self._children[name]

    def provider_key(self, block: Block) -> str:
        """The provider configuration that a block uses, as the root module knows it."""
        provider = block.body.attributes.get("provider")
        key = written_key(provider.expression) if provider is not None else block.labels[0].partition("_")[0]
        return self.resolved_provider(key)

    def resolved_provider(self, key: str) -> str:
        """The configuration that a name means in this module."""
        if key in self.providers or not self.path:
            return self.providers.get(key, key)
        if "." not in key and self.call is not None:
            return self.call.module.resolved_provider(key)
        return f"{'.'.join(f'module.{name}' for name in self.path)}:{key}"


def _no_values(_key: str) -> Values:
    return {}


def _no_children(_module: Module, _name: str) -> Mapping[Key, Module]:
    return {}


class Instance:
    """One instance of a resource or data source; arguments are evaluated one by one, when asked for."""

    def __init__(self, module: Module, block: Block, data: bool, key: Key, keys: Keys) -> None:
        self.module = module
        self.block = block
        self.data = data
        self.key = key
        self.keys = keys
        self.address = f"{module.prefix}{'data.' if data else ''}{'.'.join(block.labels)}{suffix(key)}"
        self.scope = ModuleScope(module, keys.names(key))
        self.secret_paths: set[str] = set()

    def argument(self, name: str) -> Value:
        """The argument, or the blocks of that type as a list; None where it is not written."""
        attribute = self.block.body.attributes.get(name)
        if attribute is not None and name not in META_ARGUMENTS:
            expression = attribute.expression
            if isinstance(expression, Code) and expression.plain:  # it leads nowhere, so that there is nothing to keep
                return plain(expression.text)
        return self.module.once((self.address, name), lambda: self._argument(name))

    def _argument(self, name: str) -> Value:
        body = self.block.body
        marks = Marks(lambda expression: trace_of(self.module, expression).secret, self.secret_paths)
        attribute = body.attributes.get(name)
        if attribute is not None and name not in META_ARGUMENTS:
            value = without_nulls(value_of(attribute.expression, self.scope))
            if value is not None:
                marks.note(attribute, name)
                return value
        if name not in META_BLOCKS:
            blocks = block_values(body, name, self.scope, marks, "")
            if blocks:
                return blocks
        if not self.data:
            return None
        return computed(self.block.labels[0], name, self.argument, self._provider)

    def _provider(self) -> Values:
        return self.module.provider_values(self.module.provider_key(self.block))

    def values(self) -> dict[str, Value]:
        """All arguments that are written and not null, and what is known of a data source besides."""
        body = self.block.body
        names = dict.fromkeys((*body.attributes, *(block_name(block) for block in body.blocks)))
        if self.data:
            names.update(dict.fromkeys(computed_names(self.block.labels[0])))
        found = ((name, self.argument(name)) for name in names)
        return {name: value for name, value in found if value is not None}

    def follow(self, steps: Sequence[str | int]) -> Value:
        """The value behind steps into the instance. What is not written may be computed: it is a reference."""
        reference = Reference(self.address)
        if not steps:
            return Attributes(self.values(), reference)
        name = str(steps[0])
        value = self.argument(name)
        return follow(Attributes({} if value is None else {name: value}, reference), steps)


class ModuleScope(Struct, frozen=True):
    """A module as its expressions see it. `names` are what `each`, `count`, iterators and for expressions gave."""

    module: Module
    names: Mapping[str, Value] = field(default_factory=dict)

    def bound(self) -> Mapping[str, Value]:
        """The names that were given by `bind`."""
        return self.names

    def bind(self, names: Mapping[str, Value]) -> ModuleScope:
        """The same module, with more names."""
        return ModuleScope(self.module, {**self.names, **names})

    def read_file(self, path: str) -> bytes | None:
        """A small file of the scanned tree."""
        return self.module.estate.read_file(path)

    def module_folder(self) -> Path:
        """The module's folder, relative to the root module, so that files beside it can be read."""
        return Path(os.path.relpath(self.module.folders[-1], self.module.estate.root))

    def resolve(self, root: str, steps: Sequence[str | int]) -> Value:
        """The value of a traversal. Raises EvaluationError where Terraform would refuse it for its value."""
        find = _ROOTS.get(root)
        if find is not None:
            return find(self, steps)
        return self._resource(False, root, steps)

    def _resource(self, data: bool, kind: str, steps: Sequence[str | int]) -> Value:
        declared = self.module.source.data if data else self.module.source.resources
        name = str(steps[0]) if steps else ""
        if (kind, name) not in declared:
            return Unknown(f"{'data.' if data else ''}{kind}.{name} is not declared in this module")
        keys = self.module.keys(data, kind, name)
        rest = steps[1:]
        if keys.kind == "one":
            return self.module.instance(data, kind, name, None).follow(rest)
        if rest and rest[0] != "*":
            return self.module.instance(data, kind, name, keys.find(rest[0])).follow(rest[1:])
        if keys.unknown is not None:
            address = f'{self.module.prefix}{"data." if data else ""}{kind}.{name}["?"]'
            return pending(Reference(address), keys.unknown.reason)
        every = {key: self.module.instance(data, kind, name, key).follow(()) for key in keys.keys}
        return list(every.values()) if keys.kind == "count" else {str(key): value for key, value in every.items()}

    def _module(self, steps: Sequence[str | int]) -> Value:
        name = str(steps[0]) if steps else ""
        if name not in self.module.source.calls:
            return Unknown(f"module.{name} is not declared")
        children = self.module.children(name)
        reference = Reference(f"{self.module.prefix}module.{name}", ".".join(map(str, steps[1:])))
        keys = instances_of(self.module.source.calls[name], self.module.scope)
        rest = steps[1:]
        if not children and (keys.unknown is not None or keys.keys):
            return Unknown(f"module.{name} could not be read", (reference,))
        if keys.kind == "one":
            return _outputs(children[None], rest)
        if rest:
            child = children.get(keys.find(rest[0]))
            return Unknown(f"module.{name} could not be read", (reference,)) if child is None else _outputs(child, rest[1:])
        if keys.unknown is not None:
            return Unknown(keys.unknown.reason, (reference,))
        every = {key: _outputs(child, ()) for key, child in children.items()}
        return list(every.values()) if keys.kind == "count" else {str(key): value for key, value in every.items()}


def _outputs(child: Module, steps: Sequence[str | int]) -> Value:
    if not steps:
        return {name: child.output(name) for name in sorted(child.source.outputs)}
    return follow(child.output(str(steps[0])), steps[1:])


def _declared(scope: ModuleScope, steps: Sequence[str | int], find: Callable[[Module, str], Value]) -> Value:
    if not steps:
        return Unknown("all names at once")
    return follow(find(scope.module, str(steps[0])), steps[1:])


def _data(scope: ModuleScope, steps: Sequence[str | int]) -> Value:
    return scope._resource(True, str(steps[0]) if steps else "", steps[1:])  # noqa: SLF001 - of this module


def _path(scope: ModuleScope, steps: Sequence[str | int]) -> Value:
    if list(steps) == ["module"]:
        return scope.module_folder().as_posix()
    return "." if list(steps) == ["root"] else Unknown("the folder that Terraform runs in")


def _terraform(scope: ModuleScope, steps: Sequence[str | int]) -> Value:
    return scope.module.estate.workspace if list(steps) == ["workspace"] else Unknown("known only to the running Terraform")


def _ephemeral(scope: ModuleScope, steps: Sequence[str | int]) -> Value:
    address = f"{scope.module.prefix}ephemeral.{'.'.join(map(str, steps[:2]))}"
    return pending(Reference(address, ".".join(map(str, steps[2:]))))


def _unbound(_scope: ModuleScope, _steps: Sequence[str | int]) -> Value:
    raise EvaluationError("each, count and self exist only inside repeated blocks")


_ROOTS: Mapping[str, Callable[[ModuleScope, Sequence[str | int]], Value]] = {
    "var": lambda scope, steps: _declared(scope, steps, Module.variable),
    "local": lambda scope, steps: _declared(scope, steps, Module.local),
    "module": lambda scope, steps: scope._module(steps),  # noqa: SLF001 - of this module
    "data": _data,
    "resource": lambda scope, steps: scope._resource(False, str(steps[0]) if steps else "", steps[1:]),  # noqa: SLF001 - of this module
    "path": _path,
    "terraform": _terraform,
    "ephemeral": _ephemeral,
    "each": _unbound,
    "count": _unbound,
    "self": _unbound,
}
