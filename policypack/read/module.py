"""Reads a module's folder: every resource that Terraform would make of it, as far as that can be told without Terraform."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from policypack.model import Input, Resource, Unknown, Values
from policypack.read.files import find_tree
from policypack.read.hcl.blocks import written_names
from policypack.read.hcl.budget import step_budget
from policypack.read.hcl.calls import find_children, say_what_is_unknown
from policypack.read.hcl.estate import Estate
from policypack.read.hcl.providers import LOCK, block_key, locked_versions, pinned_versions
from policypack.read.hcl.resources import resource_of, settings_resource
from policypack.read.hcl.scoping import Module
from policypack.read.hcl.source import Source
from policypack.read.hcl.syntax import Block, Code, Expression, Json
from policypack.read.hcl.variables import given_variables
from policypack.read.options import ReadError, ReadOptions
from policypack.read.repository import read_repository

MAX_RESOURCES = 100_000
"""The most resources of one root that are evaluated."""
MAX_BLOCKS = 1_000_000
"""The most blocks that are looked at, each counted once for every module instance that it stands in."""
STEPS = 20_000_000
"""How much evaluating one root may take: tens of seconds at worst, where real ones take well under one."""
STACK = 8_000
"""Frames for values that lie behind many names. Python's own limit is met at a few dozen."""


def read_module(folder: Path, options: ReadOptions) -> Input:
    """The resources of a root module and of the modules that it calls.

    Values are in the normal form; what depends on something that is not known is Unknown and says why. Broken files,
    modules that are not downloaded, and counts that cannot be told are gaps. Without `options.workspace`, the workspace
    is "default", and Unknown where a `cloud` block decides it. Raises ReadError where there is no Terraform at all.
    """
    root = Path(os.path.abspath(folder))  # noqa: PTH100 - links in what was given are shown as they were given
    tree = find_tree(root, options.base)
    shown = tree.shown(root)
    if not root.is_dir():
        raise ReadError(f"{shown} is not a folder", "give a folder that holds .tf files, or a plan as JSON")
    with undisturbed(), step_budget(STEPS):
        return _read_root(root, Reading(Estate(root, tree, options, options.workspace or "default"), shown))


def _read_root(root: Path, reading: Reading) -> Input:
    estate, shown, options = reading.estate, reading.shown, reading.estate.options
    source = estate.source(root)
    if not source.files:
        said = next((gap.reason for gap in source.gaps), f"no Terraform in {shown}")
        raise ReadError(said, "give a folder that holds .tf files, or a plan as JSON")
    if options.workspace is None and any(True for block in source.settings for _ in block.body.named("cloud")):
        estate.workspace = Unknown("the cloud block decides the workspace")
    return _read(reading, source)


@contextmanager
def undisturbed() -> Iterator[None]:
    """More frames than usual, while values are followed through names (`MAX_CHAIN` bounds how many), and no search for
    garbage: hundreds of thousands of small values are made, and nearly all of them stay."""
    before, collecting = sys.getrecursionlimit(), gc.isenabled()
    sys.setrecursionlimit(max(before, STACK))
    gc.disable()
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
        if collecting:
            gc.enable()


class Reading:
    """What is collected while the modules are walked."""

    def __init__(self, estate: Estate, shown: str) -> None:
        self.estate = estate
        self.shown = shown
        self.resources: dict[str, Resource] = {}
        self.counts: dict[str, int] = {}
        self.passed_over: dict[str, set[str]] = {}
        self.moved: dict[str, str] = {}
        self.blocks = 0
        self.providers: dict[str, tuple[Module, Block]] = {}
        self._provider_resources: dict[str, Resource] = {}

    def provider(self, key: str) -> Resource | None:
        """The block of a provider configuration, evaluated once; None where there is none."""
        if key not in self.providers:
            return None
        if key not in self._provider_resources:
            module, block = self.providers[key]
            self._provider_resources[key] = Resource("", "", "", {}, block.location)  # a block that leads back to itself
            self._provider_resources[key] = settings_resource(block, module, "provider", key, self.shown)
        return self._provider_resources[key]

    def provider_values(self, key: str) -> Values:
        """The values of a provider configuration; nothing where there is no block."""
        found = self.provider(key)
        return found.values if found is not None else {}

    def add_providers(self, module: Module) -> None:
        """The provider blocks of a module that are its own."""
        for block in module.source.providers:
            key = module.resolved_provider(block_key(block))
            own = ":" in key or not module.path
            if own:
                self.providers.setdefault(key, (module, block))

    def walk(self, module: Module) -> None:
        """Everything in a module and in those that it calls."""
        self.blocks += len(module.source.resources) + len(module.source.data)
        if self.blocks > MAX_BLOCKS:
            self.estate.gap(
                f"{self.shown}: more than {MAX_BLOCKS:,} blocks in all module instances; the rest was not judged", None
            )
            return
        self.add_providers(module)
        self.moved.update(moves(module))
        for data, declared in ((False, module.source.resources), (True, module.source.data)):
            for kind, name in declared:
                self.add(module, data, kind, name)
        for name in module.source.calls:
            for child in module.children(name).values():
                self.walk(child)

    def add(self, module: Module, data: bool, kind: str, name: str) -> None:
        """All instances of a resource; only counted where nobody wants to know its values."""
        keys = module.keys(data, kind, name)
        if not data:
            self.counts[kind] = self.counts.get(kind, 0) + (keys.cut or len(keys.keys))
        block = (module.source.data if data else module.source.resources)[kind, name]
        if not self.estate.options.wanted(kind) and not data:
            self.passed_over.setdefault(kind, set()).update(written_names(block.body))
            return
        say_what_is_unknown(module, f"{module.prefix}{'data.' if data else ''}{kind}.{name}", keys, block.location)
        for key in keys.keys:
            if len(self.resources) >= MAX_RESOURCES:
                self.estate.gap(f"{self.shown}: more than {MAX_RESOURCES:,} resources; the rest was not judged", None)
                return
            resource = resource_of(module.instance(data, kind, name, key), self.shown)
            self.resources[resource.address] = resource


def moves(module: Module) -> Iterator[tuple[str, str]]:
    """The new and the former address of everything that the `moved` blocks of a module are about."""
    for block in module.source.moves:
        ends = [block.body.attributes.get(name) for name in ("to", "from")]
        new, old = (_written(each.expression) if each is not None else "" for each in ends)
        if new and old:
            yield f"{module.prefix}{new}", f"{module.prefix}{old}"


def _written(expression: Expression) -> str:
    """An address, which no expression stands in, as it is written."""
    if isinstance(expression, Json):
        return expression.value if isinstance(expression.value, str) else ""
    return "".join(expression.text.split()) if isinstance(expression, Code) else ""


def _read(reading: Reading, source: Source) -> Input:
    estate = reading.estate
    given = given_variables(estate.root, estate.tree, estate.options)
    estate.gaps.update(dict.fromkeys(given.gaps))
    root = Module(estate, source, given)
    root.provider_values = reading.provider_values
    root.find_children = find_children
    reading.walk(root)
    backend = _backend(root, reading.shown)
    versions, lock_gap = locked_versions(estate.root, estate.tree)
    if lock_gap is not None:
        estate.gaps[lock_gap] = None
    comments = {comment: None for each in estate.sources.values() for comment in each.comments}
    return Input(
        path=reading.shown,
        kind="module",
        resources=tuple(reading.resources[address] for address in sorted(reading.resources)),
        counts=dict(sorted(reading.counts.items())),
        passed_over={kind: tuple(sorted(names)) for kind, names in sorted(reading.passed_over.items())},
        providers=_providers(reading),
        backend=backend,
        is_root=backend is not None or _looks_like_root(source),
        workspace=estate.options.workspace,
        provider_versions={**pinned_versions(estate.sources.values()), **versions},
        gaps=tuple(sorted(estate.gaps, key=lambda gap: (gap.location is not None, gap.location, gap.reason))),
        comments=tuple(sorted(comments, key=lambda comment: (comment.location, comment.text))),
        repository=read_repository(estate.root, estate.tree),
        moved=dict(sorted(reading.moved.items())),
    )


def _providers(reading: Reading) -> Mapping[str, Resource]:
    found = {key: reading.provider(key) for key in sorted(reading.providers)}
    return {key: resource for key, resource in found.items() if resource is not None}


def _backend(root: Module, shown: str) -> Resource | None:
    for block in root.source.settings:
        for each in block.body.blocks:
            if each.type == "cloud" or (each.type == "backend" and each.labels):
                name = each.labels[0] if each.type == "backend" else "cloud"
                return settings_resource(each, root, "backend", name, shown)
    return None


def _looks_like_root(source: Source) -> bool:
    """Whether the folder is run by itself, and is not only called by others."""
    if any(set(block.body.attributes) - {"alias", "version"} or block.body.blocks for block in source.providers):
        return True
    return any((source.folder / name).exists() for name in (LOCK, "terraform.tfvars", "terraform.tfvars.json"))
