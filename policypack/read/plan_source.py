"""What Terraform's source adds to a plan: lines, lifecycle, the backend, and the text that a plan loses around its holes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from msgspec import Struct

from policypack.model import Gap, Input, Lifecycle, Location, Reference, Resource, Unknown, Value, Values, replace, strip_keys
from policypack.read.addresses import module_of
from policypack.read.lazy import LazyValues
from policypack.read.options import ReadOptions
from policypack.read.plan_json import Outline, VariableValue, decode_some, loose

_DEPOSED = " (deposed object"
UNKNOWN_KEY = '["?"]'


def source_options(outline: Outline, options: ReadOptions) -> ReadOptions:
    """How to read the source of a plan: with the values that its variables had. Sensitive ones are left out: a text that is
    known in part is shown."""
    configuration = outline.configuration
    declared = (configuration.root_module.variables if configuration and configuration.root_module else None) or {}
    values = decode_some(outline.variables, dict[str, VariableValue]) or {}
    given = {}
    for name, variable in values.items():
        value = loose(variable.value)
        if value is not None and not (name in declared and declared[name].sensitive):
            given[name] = value if isinstance(value, str) else _literal(value)
    return replace(options, variables={**options.variables, **given}, source=None, plan_file=None)


def _literal(value: object) -> str:
    """The value as HCL, which reads JSON but for its templates."""
    return json.dumps(value).replace("${", "$${").replace("%{", "%%{")


def defines(source: Input, plan: Input) -> bool:
    """Whether the source is the plan's: it has most of the blocks that the plan does not take away, in the modules that it
    knows. A module that is not downloaded tells nothing either way."""
    blocks = {_block(each) for each in source.resources if each.mode == "managed"}
    modules = {"", *(module_of(block) for block in blocks)}
    planned = [each for each in plan.resources if each.mode == "managed" and module_of(_block(each)) in modules]
    kept = {_block(each) for each in planned if not each.goes}
    if kept:
        return 2 * len(kept & blocks) >= len(kept)
    if planned:
        return any(_block(each) in blocks for each in planned)
    return set(source.counts) == set(plan.counts) or (not source.counts and source.is_root)


def join_source(plan: Input, source: Input) -> Input:
    """The plan with all that its source adds. What the plan knows stands; the source speaks where the plan does not."""
    index = _Index.of(source.resources)
    broken = tuple(gap for gap in source.gaps if gap.unreadable)
    return replace(
        plan,
        resources=tuple(_joined(each, index) for each in plan.resources),
        providers={key: _provider(block, source.providers.get(key)) for key, block in plan.providers.items()},
        backend=source.backend,
        is_root=source.is_root,
        has_source=True,
        workspace=source.workspace,
        provider_versions={**plan.provider_versions, **source.provider_versions},
        gaps=tuple(dict.fromkeys((*plan.gaps, *broken))),
        comments=source.comments,
        repository=source.repository,
    )


def no_source(plan: Input, name: str) -> Input:
    """The plan, with a note that what was given as its source is not."""
    why = f"{name} does not define what {plan.path} plans"
    if all(each.goes for each in plan.resources if each.mode == "managed"):  # its source may have no block of these any more
        why = f"{name} has no block of what {plan.path} takes away, and nothing else tells whether it is the plan's source"
    gap = Gap(f"{why}, so the plan was judged without its source", Location(plan.path))
    return replace(plan, gaps=(*plan.gaps, gap))


class _Index(Struct, frozen=True):
    exact: Mapping[str, Resource]
    blocks: Mapping[str, Resource]
    modules: Mapping[str, tuple[Location, ...]]

    @staticmethod
    def of(resources: Iterable[Resource]) -> _Index:
        exact = {each.address: each for each in resources}
        blocks: dict[str, Resource] = {}
        modules: dict[str, tuple[Location, ...]] = {}
        for each in resources:
            blocks.setdefault(_block(each), each)
            if each.module_calls:
                modules.setdefault(strip_keys(module_of(each.address)), each.module_calls)
        return _Index(exact, blocks, modules)


def _block(resource: Resource) -> str:
    return strip_keys(resource.address.partition(_DEPOSED)[0])


def _joined(resource: Resource, index: _Index) -> Resource:
    address = resource.address.partition(_DEPOSED)[0]
    block = index.exact.get(address) or index.blocks.get(strip_keys(address))
    if block is None:
        return _without_block(resource, index)
    values = resource.values
    if not resource.goes and (block.address == address or UNKNOWN_KEY in block.address):
        values = LazyValues(partial(_overlaid, resource.values, block.values))
    return replace(
        resource,
        values=values,
        location=block.location,
        lifecycle=block.lifecycle,
        lines=block.lines,
        module_calls=block.module_calls,
        refers_to=_both(resource.refers_to, block.refers_to if block.address == address else ()),
        sensitive=resource.sensitive | block.sensitive,
        provider_key=resource.provider_key or block.provider_key,
    )


def _without_block(resource: Resource, index: _Index) -> Resource:
    """A resource whose block is gone, and its `prevent_destroy` with it: what remains is the call of its module, if that."""
    if not resource.goes:
        return resource
    calls = index.modules.get(strip_keys(module_of(resource.address)), ())
    location = calls[-1] if calls else resource.location
    return replace(resource, location=location, lifecycle=Lifecycle(), module_calls=calls)


def _both(one: Sequence[Reference], other: Sequence[Reference]) -> Sequence[Reference]:
    return tuple(sorted({*one, *other})) if other else one


def _provider(block: Resource, source: Resource | None) -> Resource:
    if source is None:
        return block
    return replace(
        block,
        values={name: _over(value, source.values.get(name), whole=True) for name, value in block.values.items()},
        location=source.location,
        lines=source.lines,
        sensitive=block.sensitive | source.sensitive,
    )


def _overlaid(plan: Values, source: Values) -> Values:
    """The plan's values with the source's in their holes. What the plan does not know and the source knows to be null is not
    written: the provider will compute it."""
    return {
        name: _over(value, source.get(name), whole=False)
        for name, value in plan.items()
        if name in source or not isinstance(value, Unknown)
    }


def _over(plan: Value, source: Value, *, whole: bool) -> Value:
    """The plan's value, or the source's where the plan's is unknown and the source's says more.

    A text that the source knows completely is taken: what is unknown to the plan is only how it comes about. Of a provider
    block (`whole`) any value is: a plan does not evaluate those.
    """
    if isinstance(plan, Unknown):
        if isinstance(source, Unknown):
            return _fuller(plan, source)
        return source if isinstance(source, str) or (whole and source is not None) else plan
    if isinstance(plan, dict) and isinstance(source, dict):
        return {name: _over(value, source.get(name), whole=whole) for name, value in plan.items()}
    if isinstance(plan, list) and isinstance(source, list) and len(plan) == len(source):
        return [_over(value, other, whole=whole) for value, other in zip(plan, source, strict=True)]
    return plan


def _fuller(plan: Unknown, source: Unknown) -> Unknown:
    if not (source.parts or source.references or source.document is not None):
        return plan
    document = source.document if source.document is not None else plan.document
    return replace(source, document=document, references=source.references or plan.references)
