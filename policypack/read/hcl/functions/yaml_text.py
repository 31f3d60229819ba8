"""YAML as Terraform reads and writes it: `yes` is true and a date is a time, as in 1.1; octal digits are as in 1.2."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from policypack.model import Value
from policypack.read.hcl.convert import number_from, number_text
from policypack.read.hcl.partial import MAX_ELEMENTS, EvaluationError

_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_BOOL = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
}
_NOT_FINITE = frozenset(f"{sign}.{word}" for sign in ("", "+", "-") for word in ("inf", "Inf", "INF", "nan", "NaN", "NAN"))
_STAMP = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:(?:[Tt]|[ \t]+)(\d\d:\d\d:\d\d)(?:\.\d*)?[ \t]*(Z|[-+]\d\d:\d\d)?)?",
)
_INTEGER = re.compile(r"[-+]?[0-9]{1,400}")
_OTHER_BASE = re.compile(r"0(?:x[0-9a-fA-F]{1,300}|o[0-7]{1,300})")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,3})?")
_TAG = "tag:yaml.org,2002:"


def decode(source: str) -> Value:
    """`yamldecode`. Raises EvaluationError where the text is not YAML, or unfolds to more than anybody writes."""
    try:
        node = yaml.compose(source, Loader=yaml.SafeLoader)
        if node is None:
            raise EvaluationError("the YAML text is empty")
        return _Reading().value(node)
    except (yaml.YAMLError, RecursionError) as error:
        raise EvaluationError(f"not valid YAML: {str(error).splitlines()[0][:80] if str(error) else ''}") from None


class _Reading:
    """Turns nodes into values. Counts them, since aliases make little text unfold to a lot."""

    def __init__(self) -> None:
        self.count = 0

    def value(self, node: Node) -> Value:
        """The value of a node."""
        self.count += 1
        if self.count > MAX_ELEMENTS:
            raise EvaluationError(f"the YAML text has more than {MAX_ELEMENTS} elements")
        if isinstance(node, SequenceNode):
            return [self.value(child) for child in node.value]
        if isinstance(node, MappingNode):
            return dict(sorted(self._items(node).items()))
        assert isinstance(node, ScalarNode)
        return _scalar(node)

    def _items(self, node: MappingNode) -> dict[str, Value]:
        merged: dict[str, Value] = {}
        own: dict[str, Value] = {}
        for key, value in node.value:
            if key.tag == f"{_TAG}merge":
                merged = {**self._merged(value), **merged}
            elif not isinstance(key, ScalarNode):
                raise EvaluationError("a key of the YAML text is not a string")
            else:
                own[key.value] = self.value(value)
        return {**merged, **own}

    def _merged(self, node: Node) -> dict[str, Value]:
        """What `<<` brings: the first mapping that has a key wins."""
        made: dict[str, Value] = {}
        for source in node.value if isinstance(node, SequenceNode) else [node]:
            self.count += 1
            if not isinstance(source, MappingNode) or self.count > MAX_ELEMENTS:
                raise EvaluationError("<< in the YAML text does not name a mapping")
            made = {**self._items(source), **made}
        return made


def _scalar(node: ScalarNode) -> Value:
    text: str = node.value
    if node.tag == f"{_TAG}binary":
        return "".join(text.split())
    if node.style in ("'", '"', "|", ">") or _says_text(node):
        return text
    if text in _NOT_FINITE:
        raise EvaluationError(f"{text} is not a number that Terraform has")
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _OTHER_BASE.fullmatch(text):
        return int(text, 0)
    if stamp := _STAMP.fullmatch(text):
        return f"{stamp[1]}T{stamp[2] or '00:00:00'}{stamp[3] or 'Z'}"
    return number_from(Decimal(text)) if _FLOAT.fullmatch(text) and text not in (".", "-", "+") else text


def _says_text(node: ScalarNode) -> bool:
    """Whether the tag `!!str` is written: guessed tags come from the resolver, which takes no such text for one."""
    return node.tag == f"{_TAG}str" and _RESOLVER.resolve(ScalarNode, node.value, (True, False)) != node.tag  # type: ignore[no-untyped-call] # the stubs leave it untyped


_RESOLVER = yaml.resolver.Resolver()


def encode(value: Value) -> str:
    """`yamlencode`: the text as Terraform writes it."""
    if isinstance(value, (list, dict)) and value:
        return "".join(_lines(value, "", ""))
    bare = not isinstance(value, (str, list, dict))
    return f"{_flow(value)}\n...\n" if bare else f"{_flow(value)}\n"


def _lines(value: Value, indent: str, first: str) -> Iterator[str]:
    """The lines of a list or a map; the first one begins with `first` in place of the indentation."""
    items = [(f"{_quoted(key)}:", value[key]) for key in sorted(value)] if isinstance(value, dict) else []
    items = items or [("-", element) for element in value or ()] if isinstance(value, list) else items
    for at, (mark, element) in enumerate(items):
        start = first if at == 0 and first else indent
        if not isinstance(element, (list, dict)) or not element:
            yield f"{start}{mark} {_flow(element, indent)}\n"
        elif mark == "-":
            yield from _lines(element, f"{indent}  ", f"{start}- ")
        else:
            yield f"{start}{mark}\n"
            yield from _lines(element, indent if isinstance(element, list) else f"{indent}  ", "")


def _flow(value: Value, indent: str = "") -> str:
    if isinstance(value, str):
        return _block(value, indent) if "\n" in value else _quoted(value)
    if isinstance(value, (list, dict)):
        return "{}" if isinstance(value, dict) else "[]"
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    assert isinstance(value, (int, float))
    return number_text(value)


def _block(text: str, indent: str) -> str:
    end = "" if text.endswith("\n") and not text.endswith("\n\n") else "+" if text.endswith("\n") else "-"
    body = text.removesuffix("\n")
    hint = "2" if text[:1] in (" ", "\n") else ""
    end = "+" if text == "\n" else end
    return f"|{hint}{end}\n" + "\n".join(f"{indent}  {line}" if line else "" for line in body.split("\n"))


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
