"""What an expression leads to: the resources behind it, through variables, local values and outputs, and whether any of
that is secret. This is about what is written, and so it holds for known values too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct

from policypack.model import Reference
from policypack.read.hcl.blocks import META_BLOCKS
from policypack.read.hcl.estate import MAX_CHAIN
from policypack.read.hcl.evaluating import traversals_of, written
from policypack.read.hcl.instances import Key, Keys, suffix
from policypack.read.hcl.partial import EvaluationError
from policypack.read.hcl.secrets import holds_secret
from policypack.read.hcl.syntax import Body, Code, Expression
from policypack.read.hcl.variables import is_sensitive

if TYPE_CHECKING:
    from policypack.read.hcl.scoping import Module

MAX_CHILDREN = 50
"""The most instances of a module that one traversal is followed into."""


class Trace(Struct, frozen=True):
    """The references behind an expression, each once, and whether a secret is behind it."""

    references: tuple[Reference, ...] = ()
    secret: bool = False


_NOWHERE = Trace()


def union(traces: Iterable[Trace]) -> Trace:
    """All of them together."""
    many = list(traces)
    references = dict.fromkeys(reference for each in many for reference in each.references)
    return Trace(tuple(references), any(each.secret for each in many))


def trace_of(module: Module, expression: Expression, key: Key = None) -> Trace:
    """What the expression leads to. `key` is that of the instance it stands in: `[each.key]` then names one instance."""
    if isinstance(expression, Code) and expression.plain:
        return _NOWHERE
    text = written(expression)
    same = key if "[each.key]" in text or "[count.index]" in text else None
    known = module.expression_traces.get((id(expression), same))
    if known is None:
        known = module.expression_traces[id(expression), same] = _traced(module, expression, text, same)
    return known


def _traced(module: Module, expression: Expression, text: str, same: Key) -> Trace:
    found = [_traversal(module, root, steps, same) for root, steps in traversals_of(expression)]
    if "sensitive(" in text.replace("nonsensitive(", "").replace("issensitive(", ""):
        found.append(Trace(secret=True))
    return union(found)


def body_expressions(body: Body) -> Iterator[Expression]:
    """Every expression of a body, in nested blocks too. Terraform's own words are not about other resources."""
    waiting = [body]
    while waiting:
        current = waiting.pop()
        for name, attribute in current.attributes.items():
            if current is not body or name != "provider":
                yield attribute.expression
        own = META_BLOCKS if current is body else ()
        waiting += [block.body for block in current.blocks if block.type not in own]


def _traversal(module: Module, root: str, steps: tuple[str | int, ...], key: Key) -> Trace:
    name = str(steps[0]) if steps else ""
    if root in {"var", "local", "module"}:
        return _named(module, root, name, steps)
    if root in {"data", "resource"} and len(steps) > 1:
        kind, name, rest = str(steps[0]), str(steps[1]), steps[2:]
    else:
        kind, rest = root, steps[1:]
    blocks = module.source.data if root == "data" else module.source.resources
    block = blocks.get((kind, name))
    if block is None:
        return Trace()
    keys = module.keys(root == "data", kind, name)
    rest, instance = _instance(keys, rest, key)
    prefix = "data." if root == "data" else ""
    reference = Reference(f"{module.prefix}{prefix}{kind}.{name}{instance}", ".".join(map(str, rest)))
    attribute = block.body.attributes.get(str(rest[0])) if rest else None
    secret = bool(rest) and holds_secret(kind, str(rest[0]))
    if attribute is not None and not secret:
        secret = _guarded(
            module, ("attribute", root, kind, name, attribute.name), lambda: trace_of(module, attribute.expression)
        ).secret
    return Trace((reference,), secret)


def _instance(keys: Keys, rest: tuple[str | int, ...], key: Key) -> tuple[tuple[str | int, ...], str]:
    """The rest of a traversal behind its instance key, and the key as an address has it ("" where it is any)."""
    if keys.kind == "one":
        return rest, ""
    if rest:
        try:
            return rest[1:], suffix(keys.find(rest[0]))
        except EvaluationError:
            return rest[1:], ""
    if key is not None and (key in keys.keys or keys.unknown is not None):
        return (), suffix(keys.find(key))
    return (), suffix(keys.keys[0]) if len(keys.keys) == 1 else ""


def _named(module: Module, root: str, name: str, steps: tuple[str | int, ...]) -> Trace:
    if root == "local":
        attribute = module.source.locals.get(name)
        if attribute is None:
            return Trace()
        return _guarded(module, (root, name), lambda: trace_of(module, attribute.expression))
    if root == "var":
        return _guarded(module, (root, name), lambda: _variable(module, name))
    children = list(module.children(name).values())[:MAX_CHILDREN]
    wanted = [str(step) for step in steps[1:3]]
    found = []
    for child in children:
        outputs = [each for each in wanted if each in child.source.outputs] or list(child.source.outputs)
        found += [_guarded(child, ("output", each), partial(_output, child, each)) for each in outputs]
    return union(found)


def _variable(module: Module, name: str) -> Trace:
    own = Trace(secret=is_sensitive(module.source.variables.get(name)) or holds_secret("", name))
    if module.call is None or name not in module.call.inputs:
        return own
    return union((own, trace_of(module.call.module, module.call.inputs[name].expression)))


def _output(child: Module, name: str) -> Trace:
    block = child.source.outputs[name]
    value = block.body.attributes.get("value")
    own = Trace(secret=is_sensitive(block))
    return own if value is None else union((own, trace_of(child, value.expression)))


def _guarded(module: Module, key: tuple[str, ...], make: Callable[[], Trace]) -> Trace:
    """Worked out once; a circle leads nowhere, and what is too deep is taken for secret."""
    memo = module.traces
    if key in memo:
        return memo[key]
    if module.estate.chain >= MAX_CHAIN:
        return Trace(secret=True)
    memo[key] = Trace()
    module.estate.chain += 1
    try:
        memo[key] = make()
    except RecursionError:
        memo[key] = Trace(secret=True)
    finally:
        module.estate.chain -= 1
    return memo[key]
