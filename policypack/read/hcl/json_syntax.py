"""The reader of the JSON syntax (`*.tf.json`): the same typed form, as far as it can be told without provider schemas."""

from __future__ import annotations

import bisect
import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from msgspec import Struct

from policypack.model import Comment, Gap, Location
from policypack.read.hcl.syntax import MAX_NESTING, Attribute, Block, Body, Json, Parsed, strip_marks

Path: TypeAlias = "tuple[str | int, ...]"

LABELS = {"resource": 2, "data": 2, "ephemeral": 2, "variable": 1, "output": 1, "module": 1, "provider": 1, "check": 1}
"""How many labels a block of the top level has; others have none."""
INNER = {
    "terraform": {"backend": 1, "cloud": 0, "required_providers": 0, "provider_meta": 1},
    "resource": {"lifecycle": 0, "provisioner": 1, "connection": 0},
    "data": {"lifecycle": 0},
}
"""The blocks that Terraform itself defines inside others, with their labels."""
SCHEMAS = frozenset({"resource", "data", "provider", "backend", "cloud"})
"""Blocks whose inner objects are, mostly, blocks of a provider's schema."""
PLAIN_MAP = r"(^|_)(tags|tags_all|labels|annotations|variables|metadata|parameters|options)$"
"""Arguments that are maps of the user's own keys. Any other that holds an object is taken for a block."""
_PIECE = r'(?s)"(?:[^"\\]|\\.)*"|[{}\[\]:,]'


def parse_json(data: bytes, file: str) -> Parsed:
    """The file in the JSON syntax. One that is not JSON, or holds no object, is a gap."""
    try:
        text = data.decode("utf-8-sig")
        root = json.loads(text, object_pairs_hook=_pairs, parse_float=json_number, parse_constant=json_number)
    except (ValueError, RecursionError) as error:
        known = isinstance(error, json.JSONDecodeError)
        line, what = (
            (error.lineno, error.msg.lower()) if isinstance(error, json.JSONDecodeError) else (1, "it cannot be decoded")
        )
        reason = f"{file}:{line}: not JSON, {what if known else 'or nested too deeply'}; nothing in this file was judged"
        return Parsed(gaps=(Gap(reason, Location(file, line, line), unreadable=True),))
    if not isinstance(root, (dict, list)):
        return Parsed(gaps=(Gap(f"{file}: a Terraform JSON file holds an object", Location(file), unreadable=True),))
    reader = _Reader(file, _places(text))
    found = [block for top in _objects(root, ()) for block in reader.top(*top)]
    return Parsed(Body({}, tuple(block for block, _ in found)), (), tuple(reader.comments(found)))


def json_number(text: str) -> int | float:
    """A number, an int where it is integral. Raises ValueError for what no configuration can mean."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("not a finite number")
    return int(number) if number.is_integer() else number


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; a key that is written twice holds both, as Terraform allows for blocks."""
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            result[key] = [*_many(result[key]), *_many(value)]
        else:
            result[key] = value
    return result


def _many(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _objects(value: object, path: Path) -> Iterator[tuple[dict[str, Any], Path]]:
    """The objects that one or many stand for, with their paths."""
    if isinstance(value, dict):
        yield value, path
    elif isinstance(value, list):
        for index, each in enumerate(value):
            if isinstance(each, dict):
                yield each, (*path, index)


def _places(text: str) -> Mapping[Path, tuple[int, int]]:
    """The first and last line of everything that has a key or is an object in a list, by path; one pass."""
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    places: dict[Path, tuple[int, int]] = {}
    path: list[str | int] = []
    word = ""
    for token in re.finditer(_PIECE, text):
        kind = token.group()
        line = bisect.bisect_right(starts, token.start())
        if kind[0] == '"':
            word, word_line = kind, line
        elif kind == ":" and path:
            path[-1] = _unquoted(word)
            places.setdefault(tuple(path), (word_line, line))
        elif kind == "," and path and isinstance(path[-1], int):
            path[-1] += 1
        elif kind in "{[":
            if path:
                places.setdefault(tuple(path), (line, line))
            path.append(0 if kind == "[" else "")
        elif kind in "}]" and path:
            path.pop()
            if tuple(path) in places:
                places[tuple(path)] = (places[tuple(path)][0], line)
        if len(path) > 2 * MAX_NESTING:
            break
    return places


def _unquoted(text: str) -> str:
    try:
        return str(json.loads(text, strict=False))
    except ValueError:
        return text.strip('"')


class _Reader(Struct, frozen=True):
    file: str
    places: Mapping[Path, tuple[int, int]]

    def at(self, path: Path) -> Location:
        """Where the thing at the path stands, or what is around it."""
        while path and path not in self.places:
            path = path[:-1]
        return Location(self.file, *self.places.get(path, (1, 1)))

    def top(self, root: dict[str, Any], path: Path) -> Iterator[tuple[Block, dict[str, Any]]]:
        """The blocks of the top level, each with the object that it was read from."""
        for kind, value in root.items():
            if kind != "//":
                yield from self.labelled(kind, value, (*path, kind), LABELS.get(kind, 0))

    def labelled(
        self, kind: str, value: object, path: Path, wanted: int, labels: tuple[str, ...] = ()
    ) -> Iterator[tuple[Block, dict[str, Any]]]:
        """The blocks of one type: labels are keys of objects around the body."""
        for each, place in _objects(value, path):
            if len(labels) == wanted:
                yield Block(kind, labels, self.body(each, place, kind, 0), self.at(place)), each
                continue
            for label, inner in each.items():
                if label != "//":
                    yield from self.labelled(kind, inner, (*place, label), wanted, (*labels, label))

    def body(self, value: dict[str, Any], path: Path, kind: str, depth: int) -> Body:
        """The body of a block of that type (of the outermost one, for blocks of a provider's schema)."""
        attributes: dict[str, Attribute] = {}
        blocks: list[Block] = []
        inner = INNER.get(kind, {}) if depth == 0 else {}
        for key, each in value.items():
            place = (*path, key)
            if key == "//":
                continue
            if key in inner:
                blocks += [block for block, _ in self.labelled(key, each, place, inner[key])]
            elif key == "dynamic" and kind in SCHEMAS:
                blocks += self.dynamic(each, place, kind, depth)
            elif kind in SCHEMAS and depth < MAX_NESTING and _is_block(key, each):
                blocks += [Block(key, (), self.body(o, p, kind, depth + 1), self.at(p)) for o, p in _objects(each, place)]
            else:
                value_of_key = [f"${{{name}}}" for name in _many(each)] if key == "depends_on" else each
                attributes[key] = Attribute(key, Json(value_of_key, literal=kind == "variable"), self.at(place))
        return Body(attributes, tuple(blocks))

    def dynamic(self, value: object, path: Path, kind: str, depth: int) -> Iterator[Block]:
        """Dynamic blocks: `content` is of the provider's schema, the rest is Terraform's."""
        for labels, label_path in _objects(value, path):
            for label, inner in labels.items():
                for each, place in _objects(inner, (*label_path, label)):
                    rest = {key: item for key, item in each.items() if key != "content"}
                    content = [
                        Block("content", (), self.body(o, p, kind, depth + 1), self.at(p))
                        for o, p in _objects(each.get("content", {}), (*place, "content"))
                    ]
                    body = Body(self.body(rest, place, "dynamic", depth).attributes, tuple(content))
                    yield Block("dynamic", (label,), body, self.at(place))

    def comments(self, found: list[tuple[Block, dict[str, Any]]]) -> Iterator[Comment]:
        """The comment properties (`"//"`) of blocks that hold the word `allow:`."""
        for block, value in found:
            for text in _many(value.get("//")):
                if isinstance(text, str) and "allow:" in text:
                    yield Comment(strip_marks(text), block.location, block.location)


def _is_block(key: str, value: object) -> bool:
    if isinstance(value, dict):
        return not re.search(PLAIN_MAP, key)
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)
