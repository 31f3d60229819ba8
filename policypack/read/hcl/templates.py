"""Templates: quoted, heredoc and bare. Text is what stands between the holes, byte for byte: the grammar drops blanks."""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeAlias, Union

from msgspec import Struct

from policypack.read.hcl.terms import Broken, Literal, Template, TemplateFor, TemplateIf, Term

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

MakeTerm: TypeAlias = "Callable[[Node, int], Term]"
Piece: TypeAlias = Union[str, Term, TemplateIf, TemplateFor]

_ESCAPE = r'\\(?:[nrt"\\]|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})|\$\$(?=\{)|%%(?=\{)'
_SHORT = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


class _Text(Struct):
    """Literal text of one line at most: strip markers and indentation work line by line."""

    value: str


class _Sequence(Struct):
    """`${ }` or `%{ }`. `kind` is "hole", "if", "else", "endif", "for" or "endfor"."""

    kind: str
    term: Term | None = None
    names: tuple[str, ...] = ()
    strips_before: bool = False
    strips_after: bool = False


_Token: TypeAlias = Union[_Text, _Sequence]
_KINDS = {
    "template_interpolation": "hole",
    "template_if_intro": "if",
    "template_else_intro": "else",
    "template_if_end": "endif",
    "template_for_start": "for",
    "template_for_end": "endfor",
}


@functools.cache
def parser() -> Parser:
    """The parser for templates that are not part of a .tf file."""
    import tree_sitter_hcl
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_hcl.language()))


def wrapped_template(text: str) -> Node | None:
    """The heredoc node that a bare template is wrapped into, to be read as `bare`. None where it does not parse."""
    marker = next(mark for mark in (f"T{number}" for number in itertools.count()) if mark not in text)
    source = f"x = <<{marker}\n{text}\n{marker}\n".encode("utf-8", "replace")
    root = parser().parse(source).root_node
    if root.has_error:
        return None
    node = root
    while node.type != "heredoc_template":
        if not node.children:
            return None
        node = node.children[-1]
    return node


def quoted_template(node: Node, make: MakeTerm, depth: int = 0) -> Term:
    """The term of `"..."`. Without holes it is a plain string."""
    end = node.end_byte - node.start_byte - 1
    return _assembled(list(_tokens(node, (1, end), lambda part: make(part, depth), _unescape_quoted)))


def heredoc_template(node: Node, make: MakeTerm, depth: int = 0, *, bare: bool = False) -> Term:
    """The term of a heredoc. `bare`: it was wrapped around a text that has no final line feed of its own."""
    source = node.text or b""
    start = source.index(b"\n") + 1
    end = node.children[-1].start_byte - node.start_byte
    end = max(start, source.rindex(b"\n", 0, end) + 1)
    span = (start, end - 1 if bare else end)
    tokens = list(_tokens(node, span, lambda part: make(part, depth), _unescape_dollars))
    if source.startswith(b"<<-"):
        _flush(tokens)
    return _assembled(tokens)


def _tokens(
    node: Node, span: tuple[int, int], make: Callable[[Node], Term], unescape: Callable[[str], str]
) -> Iterator[_Token]:
    """Text lines and sequences in order, with strip markers already applied to the lines beside them."""
    source = node.text or b""
    at, end = span
    previous: _Token | None = None
    strip_next = False
    for part in [*_sequences(node), None]:
        start = part.start_byte - node.start_byte if part else end
        if part and start > at and source[start - 1] == source[start]:
            continue  # `$$${` is a dollar sign and an escape, and the grammar takes it for a hole
        for line in _lines(source[at:start]):
            text = _Text(unescape(line))
            if strip_next:
                text.value = text.value.lstrip()
            strip_next = False
            if previous is not None:
                yield previous
            previous = text
        if part is None:
            break
        sequence = _sequence(part, make)
        if sequence.strips_before and isinstance(previous, _Text):
            previous.value = previous.value.rstrip()
        if previous is not None:
            yield previous
        previous, strip_next = sequence, sequence.strips_after
        at = part.end_byte - node.start_byte
    if previous is not None:
        yield previous


def _lines(source: bytes) -> list[str]:
    return [line for line in re.split(r"(?<=\n)", source.decode("utf-8", "replace")) if line]


def _sequences(node: Node) -> Iterator[Node]:
    """The nodes of `${ }` and `%{ }`, in order, however the grammar nests them."""
    stack = list(reversed(node.children))
    while stack:
        child = stack.pop()
        if child.type in _KINDS:
            yield child
        elif child.type != "template_literal":
            stack.extend(reversed(child.children))


def _sequence(node: Node, make: Callable[[Node], Term]) -> _Sequence:
    children = node.children
    expression = next((child for child in children if child.type == "expression"), None)
    return _Sequence(
        _KINDS[node.type],
        make(expression) if expression else None,
        tuple((child.text or b"").decode("utf-8", "replace") for child in children if child.type == "identifier"),
        strips_before=children[1].type == "strip_marker",
        strips_after=children[-2].type == "strip_marker",
    )


def _flush(tokens: Sequence[_Token]) -> None:
    """Takes the indentation of the least indented line off every line (`<<-`). Blank lines neither count nor change."""
    least: int | None = None
    adjusted: list[_Text] = []
    at_line_start = True
    for token in tokens:
        if at_line_start:
            at_line_start = False
            spaces = 0
            if isinstance(token, _Text):
                spaces = len(token.value) - len(token.value.lstrip())
                if spaces == len(token.value) and token.value.endswith("\n"):
                    spaces = -1
                else:
                    adjusted.append(token)
            if spaces >= 0:
                least = spaces if least is None else min(least, spaces)
        if isinstance(token, _Text) and token.value.endswith("\n"):
            at_line_start = True
    for text in adjusted:
        text.value = text.value[least or 0 :]


def _assembled(tokens: Sequence[_Token]) -> Term:
    pieces, rest = _block(list(tokens), 0, ())
    if rest != len(tokens):
        return Broken("the template's directives do not match")
    if not any(not isinstance(piece, str) for piece in pieces):
        return Literal(unicodedata.normalize("NFC", "".join(piece for piece in pieces if isinstance(piece, str))))
    return Template(tuple(pieces))


def _block(tokens: list[_Token], at: int, ends: tuple[str, ...]) -> tuple[list[Piece], int]:
    """Pieces up to one of the `ends`, which is left to be read; and where that is."""
    pieces: list[Piece] = []
    while at < len(tokens):
        token = tokens[at]
        if isinstance(token, _Text):
            if pieces and isinstance(pieces[-1], str):
                pieces[-1] += token.value
            elif token.value:
                pieces.append(token.value)
            at += 1
        elif token.kind == "hole":
            pieces.append(token.term or Broken("an interpolation is empty"))
            at += 1
        elif token.kind in ends:
            break
        elif token.kind in ("if", "for"):
            piece, at = _directive(tokens, at)
            pieces.append(piece)
        else:
            break
    return pieces, at


def _directive(tokens: list[_Token], at: int) -> tuple[Piece, int]:
    opening = tokens[at]
    assert isinstance(opening, _Sequence)
    term = opening.term or Broken("a directive has no expression")
    if opening.kind == "for":
        body, at = _block(tokens, at + 1, ("endfor",))
        return TemplateFor(opening.names, term, Template(tuple(body))), at + 1
    yes, at = _block(tokens, at + 1, ("else", "endif"))
    no: list[Piece] = []
    closing = tokens[at] if at < len(tokens) else None
    if isinstance(closing, _Sequence) and closing.kind == "else":
        no, at = _block(tokens, at + 1, ("endif",))
    return TemplateIf(term, Template(tuple(yes)), Template(tuple(no))), at + 1


def _unescape_quoted(text: str) -> str:
    return re.sub(_ESCAPE, _unescaped, text) if "\\" in text or "{" in text else text


def _unescape_dollars(text: str) -> str:
    return text.replace("$${", "${").replace("%%{", "%{") if "{" in text else text


def _unescaped(match: re.Match[str]) -> str:
    found = match.group()
    if found[0] != "\\":
        return found[0]
    if found[1] in "uU":
        code = int(f"0x{found[2:]}", 0)
        return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
    return _SHORT[found[1]]
