"""What would settle an undecided statement, in words that quote no value of a policy."""

from __future__ import annotations

from collections.abc import Iterator

from policypack.authority.aws.condition import holds
from policypack.authority.aws.context import Environment
from policypack.authority.aws.document import Statement
from policypack.authority.aws.kleene import F, U
from policypack.authority.aws.layers import Request
from policypack.authority.aws.text import ALSO, HOLES, has_hole, symbol
from policypack.authority.aws.variables import variables

_LONGEST_KEY = 80


def reasons(name: str, statement: Statement, request: Request, environment: Environment) -> Iterator[str]:
    """Why a statement of the policy `name` is undecided: its doubt, or each part of it that cannot be told."""
    where = f"statement {statement.index + 1} of {name}"
    if statement.doubt:
        yield _may_deny(statement.doubt) if statement.effect == "Deny" else statement.doubt
        return
    found = [*_conditions(where, statement, environment), *_texts(where, statement, request)]
    yield from found or [f"whether {where} applies, which AWS does not document"]


def _may_deny(doubt: str) -> str:
    """What is not known of a text that nobody can read, where all that it could do is to deny."""
    what, says, reason = doubt.partition(" says is not known")
    return f"whether {what.removeprefix('what ')} denies it is not known{reason}" if says else doubt


def _conditions(where: str, statement: Statement, environment: Environment) -> Iterator[str]:
    for condition in statement.conditions:
        if holds(condition, statement.modern, environment) == U:
            key = "".join(letter for letter in condition.key[:_LONGEST_KEY] if letter.isprintable())
            yield f"the value of {key} ({where})" if condition.operator is not None else f"what a condition of {where} means"


def _texts(where: str, statement: Statement, request: Request) -> Iterator[str]:
    """The holes of names and patterns, and the keys that variables take their text from."""
    texts = [
        *(text.partition(ALSO)[0] for text in statement.resources or ()),
        *(text.partition(ALSO)[0] for _, text in statement.principals or ()),
    ]
    for text in (*texts, *statement.actions):
        for each in HOLES.findall(text):
            known = symbol(each)
            yield f"a value that is not known ({where})" if known is None else f"{known.reference}, which {where} names"
        if statement.modern != F:
            yield from (f"the value of {key} ({where})" for key in variables(text))
    if all(has_hole(form) for form in request.resource):
        yield "the ARN of the resource"
