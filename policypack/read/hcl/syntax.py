"""The typed form of Terraform source, whichever of its two syntaxes it is written in, and the reader of the native one."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, Union

from msgspec import Struct, field

from policypack.model import Comment, Gap, Location

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

MAX_NESTING = 64
"""The most blocks inside blocks that are read. Terraform's own schemas nest fewer than ten."""


class Code(Struct, frozen=True):
    """An expression in the native syntax, and how it is written. `plain`: it is nothing but a literal, as most are (ASCII text
    without escapes and holes among them), and needs no evaluator."""

    node: Node
    text: str
    plain: bool = False


class Json(Struct, frozen=True):
    """An expression in the JSON syntax: strings in it are templates. `literal`: they are not (a variable's default)."""

    value: Any
    literal: bool = False


class Broken(Struct, frozen=True):
    """An expression that does not parse: its value cannot be told."""

    reason: str


Expression: TypeAlias = Union[Code, Json, Broken]


class Attribute(Struct, frozen=True):
    """`name = expression`."""

    name: str
    expression: Expression
    location: Location


class Body(Struct, frozen=True):
    """What stands between braces. Names are unique among attributes; blocks keep their order."""

    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    blocks: tuple[Block, ...] = ()

    def named(self, kind: str) -> Iterator[Block]:
        """The blocks of one type."""
        return (block for block in self.blocks if block.type == kind)


class Block(Struct, frozen=True):
    """`type "label" "label" { body }`."""

    type: str
    labels: tuple[str, ...]
    body: Body
    location: Location


class Parsed(Struct, frozen=True):
    """One file: what could be read of it, and one gap where something could not."""

    body: Body = Body()
    gaps: tuple[Gap, ...] = ()
    comments: tuple[Comment, ...] = ()


_PLAIN = r'"[ !#&-\[\]-~]*"|-?[0-9]{1,15}|true|false'
MAX_BRACKETS = 200
"""Brackets nested deeper than this are a gap: the evaluator does not go there, and nobody writes them."""
_BRACKET = rb"[(){}\[\]]"
_TOP_LEVEL = (
    rb"(?m)^(?:resource|data|ephemeral|module|variable|output|locals|provider|terraform|moved|import|removed|check)\b[^\n={]*\{"
)


@functools.lru_cache(maxsize=1)
def _parser() -> Parser:
    import tree_sitter  # here, not above: a scan of plans does not pay for it
    import tree_sitter_hcl

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_hcl.language()))


def parse_expression(text: str) -> Expression:
    """One expression, as `--var` and a `type` in the JSON syntax hold it."""
    root = _parser().parse(b"x = " + text.encode("utf-8", "replace") + b"\n").root_node
    body = _body(root, _Place(""), 0)
    if root.has_error or len(body.attributes) != 1 or body.blocks:
        return Broken("it is not one HCL expression")
    return body.attributes["x"].expression


class _Place(Struct, frozen=True):
    """Where the lines of a piece of a file stand in it."""

    file: str
    before: int = 0

    def of(self, node: Node) -> Location:
        """The lines of a node. One that ends with its line's end does not reach into the next."""
        line, (last, column) = node.start_point[0] + 1, node.end_point
        return Location(self.file, line + self.before, max(line, last + 1 if column else last) + self.before)


def parse_hcl(data: bytes, file: str) -> Parsed:
    """The file in the native syntax. A part that does not parse is a gap; the rest of the file is still there."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    whole = _parser().parse(data).root_node
    pieces = [(data, whole, _Place(file))]
    if whole.has_error:
        pieces = [(piece, _parser().parse(piece).root_node, _Place(file, before)) for before, piece in _pieces(data)]
    bodies = [_body(root, place, 0) for _, root, place in pieces]
    attributes = {name: each for body in reversed(bodies) for name, each in body.attributes.items()}
    body = Body(attributes, tuple(block for each in bodies for block in each.blocks))
    broken = next(((root, place) for _, root, place in pieces if root.has_error), None)
    gaps = (_syntax_gap(*(broken or (whole, _Place(file)))),) if whole.has_error else tuple(_nested(data, file))
    comments = [each for piece, root, place in pieces if b"allow:" in piece for each in _comments(piece, root, place, body)]
    return Parsed(body, gaps, tuple(comments))


def _nested(data: bytes, file: str) -> Iterator[Gap]:
    """A gap where brackets are nested deeper than expressions are read. Brackets in strings count; nobody writes so many."""
    if data.count(b"(") + data.count(b"[") + data.count(b"{") <= MAX_BRACKETS:
        return
    depth = 0
    for match in re.finditer(_BRACKET, data):
        depth += 1 if match[0] in b"([{" else -1
        if depth > MAX_BRACKETS:
            line = data.count(b"\n", 0, match.start()) + 1
            reason = f"{file}:{line}: nested deeper than {MAX_BRACKETS} brackets; this expression was not judged. Simplify it"
            yield Gap(reason, Location(file, line, line), unreadable=True)
            return


def _pieces(data: bytes) -> Iterator[tuple[int, bytes]]:
    """A broken file, cut where blocks of the top level seem to begin, each with the number of lines before it. The
    parser's own recovery may take all that follows an error for text; this way it loses one block."""
    starts = [match.start() for match in re.finditer(_TOP_LEVEL, data)]
    before = 0
    for start, end in zip([0, *starts], [*starts, len(data)], strict=True):
        piece = data[start:end]
        if piece:
            yield before, piece
        before += piece.count(b"\n")


def _body(root: Node, place: _Place, depth: int) -> Body:
    attributes: dict[str, Attribute] = {}
    blocks: list[Block] = []
    waiting = list(reversed(root.children))
    while waiting:
        node = waiting.pop()
        kind = node.type
        if kind == "attribute":
            for attribute in _attributes(node, place):
                attributes.setdefault(attribute.name, attribute)
        elif kind == "block":
            blocks.append(_block(node, place, depth))
        elif kind in {"body", "ERROR"}:
            waiting.extend(reversed(node.children))
    return Body(attributes, tuple(blocks))


def _attributes(node: Node, place: _Place) -> Iterator[Attribute]:
    children = node.children
    name, expression = children[0], children[-1]
    if not node.has_error and expression.type == "expression":
        yield Attribute(_text(name), code(expression), place.of(node))
        return
    # A line without a value swallows the next line's name: every name that is assigned in here is in doubt.
    for child in _walk(node):
        following = child.next_sibling
        if child is name or child == name or (child.type == "identifier" and _assigned(child, following)):
            yield Attribute(_text(child), Broken("this line does not parse"), place.of(child))


def _assigned(node: Node, following: Node | None) -> bool:
    upward: Node | None = node
    while following is None and upward is not None and upward.type != "attribute":
        upward = upward.parent
        following = upward.next_sibling if upward is not None else None
    return following is not None and following.type == "="


def _block(node: Node, place: _Place, depth: int) -> Block:
    names: list[str] = []
    body = Body()
    for child in node.children:
        if child.type in {"identifier", "string_lit"}:
            names.append(_text(child) if child.type == "identifier" else _label(child))
        elif child.type == "body" and depth < MAX_NESTING:
            body = _body(child, place, depth + 1)
    return Block(names[0] if names else "", tuple(names[1:]), body, place.of(node))


def code(node: Node) -> Code:
    """The expression that a node is."""
    text = _text(node)
    # A text that speaks of `sensitive(` is left to those who look for that function.
    return Code(node, text, re.fullmatch(_PLAIN, text) is not None and "sensitive(" not in text)


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


def _label(node: Node) -> str:
    return "".join(_text(child) for child in node.children if child.type == "template_literal")


def _walk(root: Node) -> Iterator[Node]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(node.children))


def _syntax_gap(root: Node, place: _Place) -> Gap:
    """Where the first thing that does not parse stands. Only subtrees with errors are entered."""
    node = root
    while not (node.is_error or node.is_missing):
        inner = next((child for child in node.children if child.has_error or child.is_missing), None)
        if inner is None:
            break
        node = inner
    what = "something that is not HCL"
    if node.is_missing:
        what = f"a {node.type!r} is missing for what begins here"
    while node.start_byte == node.end_byte and node.parent is not None:
        node = node.parent
    file, line = place.file, place.of(node).line
    reason = f"{file}:{line}: syntax error, {what}; what it touches was not judged. `terraform fmt {file}` shows the cause"
    return Gap(reason, Location(file, line, line), unreadable=True)


def _comments(data: bytes, root: Node, place: _Place, body: Body) -> Iterator[Comment]:
    found = [node for node in _walk(root) if node.type == "comment"]
    own_lines = {row + place.before for node in found if _starts_line(node, data) for row in _rows(node)}
    for node in found:
        for offset, text in enumerate(_text(node).splitlines()):
            if "allow:" in text:
                line = place.of(node).line + offset
                yield Comment(strip_marks(text), Location(place.file, line, line), covered(line, body.blocks, own_lines))


def _starts_line(node: Node, data: bytes) -> bool:
    start = node.start_byte
    return not data[data.rfind(b"\n", 0, start) + 1 : start].strip()


def _rows(node: Node) -> range:
    """The lines of a comment, 1-based; a line comment may or may not include its line end."""
    text = (node.text or b"").rstrip(b"\r\n")
    first = node.start_point[0] + 1
    return range(first, first + text.count(b"\n") + 1)


def strip_marks(text: str) -> str:
    """What a line of a comment says, without what makes it a comment."""
    return text.strip().lstrip("#/*").removesuffix("*/").strip()


def covered(line: int, blocks: Sequence[Block], comment_lines: set[int]) -> Location | None:
    """The outermost block that a comment on this line stands in, or above with nothing but comments between."""
    for block in blocks:
        if block.location.line <= line <= block.location.end_line:
            return block.location
    while line in comment_lines:
        line += 1
    return next((block.location for block in blocks if block.location.line == line), None)
