"""Module calls: the modules behind them, with their arguments and the provider configurations that they are handed."""

from __future__ import annotations

from collections.abc import Mapping

from policypack.model import Location, Unknown
from policypack.read.hcl.estate import MAX_DEPTH, MAX_MODULES
from policypack.read.hcl.evaluating import value_of
from policypack.read.hcl.instances import Key, Keys, instances_of, suffix
from policypack.read.hcl.providers import block_key, handed_on
from policypack.read.hcl.scoping import Call, Module, ModuleScope
from policypack.read.hcl.source import Source
from policypack.read.hcl.syntax import Block

META = frozenset({"source", "version", "count", "for_each", "providers", "depends_on"})

CALLS_ITSELF = "the module calls itself; Terraform refuses that, and it was not followed. Take the call out"


def find_children(module: Module, name: str) -> Mapping[Key, Module]:
    """The instances of the module call, none where its source cannot be had: a gap then says why."""
    block = module.source.calls.get(name)
    if block is None:
        return {}
    source = _source(module, name, block)
    if isinstance(source, str):
        module.estate.gap(source, block.location, unreadable=source.endswith(CALLS_ITSELF))
        return {}
    keys = instances_of(block, module.scope)
    address = f"{module.prefix}module.{name}"
    say_what_is_unknown(module, address, keys, block.location)
    children: dict[Key, Module] = {}
    for key in keys.keys:
        module.estate.modules += 1
        if module.estate.modules > MAX_MODULES:
            module.estate.gap(f"{address}: more than {MAX_MODULES:,} module instances; the rest was not judged", block.location)
            break
        children[key] = _child(module, block, source, keys, key)
    return children


def say_what_is_unknown(module: Module, address: str, keys: Keys, location: Location) -> None:
    """The gaps that repetition leaves: an unknown number of instances, or too many."""
    if keys.unknown is not None:
        reason = f'{address}: its {keys.kind} cannot be told ({keys.unknown.reason}); judged as one instance, named "?"'
        module.estate.gap(reason, location)
    if keys.cut:
        module.estate.gap(f"{address}: {keys.cut:,} instances, of which {len(keys.keys):,} were judged", location)


def _source(module: Module, name: str, block: Block) -> Source | str:
    address = f"{module.prefix}module.{name}"
    written = block.body.attributes.get("source")
    source = value_of(written.expression, module.scope) if written is not None else Unknown("it has no source")
    if not isinstance(source, str):
        reason = source.reason if isinstance(source, Unknown) else "it is not text"
        return f"{address}: where it comes from cannot be told ({reason}), so nothing in it was judged"
    folder = module.estate.folder_of(source, module.folders[-1], ".".join((*module.path, name)), address)
    if isinstance(folder, str):
        return folder
    real = module.estate.real
    if real(folder) in {real(each) for each in module.folders}:  # a link may lead back, too
        return f"{address}: {CALLS_ITSELF}"
    if len(module.folders) > MAX_DEPTH:
        return f"{address}: more than {MAX_DEPTH} module calls inside each other; the rest was not followed"
    found = module.estate.source(folder)
    return found if found.files else f"{address}: there is no Terraform in {module.estate.tree.shown(folder)}"


def _child(module: Module, block: Block, source: Source, keys: Keys, key: Key) -> Module:
    name = block.labels[0]
    child = Module(module.estate, source)
    child.address = f"{module.prefix}module.{name}{suffix(key)}"
    child.path = (*module.path, name)
    inputs = {name: each for name, each in block.body.attributes.items() if name not in META}
    child.call = Call(module, inputs, ModuleScope(module, keys.names(key)))
    child.call_locations = (*module.call_locations, block.location)
    child.folders = (*module.folders, source.folder)
    child.provider_values = module.provider_values
    child.find_children = find_children
    own = ".".join(f"module.{each}" for each in child.path)
    providers = {block_key(each): f"{own}:{block_key(each)}" for each in source.providers if _configures(each)}
    handed = block.body.attributes.get("providers")
    if handed is not None:
        providers.update({inner: module.resolved_provider(outer) for inner, outer in handed_on(handed.expression)})
    child.providers = providers
    return child


def _configures(block: Block) -> bool:
    """Whether a provider block is more than the announcement that one will be handed in."""
    return bool(set(block.body.attributes) - {"alias", "version"}) or bool(block.body.blocks)
