"""What the picture knows of the ARNs that policies refer to.

A statement about `${aws_db_instance.x.arn}` names what does not exist yet. Beside the reference stands what its ARN will be as
far as that is known: the format of its type, the account, the name. So another resource's ARN, or one that is written as text,
is seen to be another where both cannot be equal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cached_property

from msgspec import Struct, field

from policypack.authority.aws import ANON, Decoded, encode
from policypack.authority.aws.document import Statement
from policypack.authority.aws.text import ALSO, HOLES, has_hole, symbol
from policypack.authority.subjects import Place, Subjects
from policypack.model import Identity, replace

_ANY_ARN = ":".join(["arn", *[ANON] * 5])
_LOOKED_UP = re.compile(r"(?:^|.*\.)data\.(?P<type>aws_[a-z0-9_]+)\.[\w-]+(?:\[[^\[\]]*\])?", re.DOTALL)


class Descriptions(Struct, frozen=True, dict=True):
    """Hole -> the text of the ARN that it stands for, with holes for what is not known of it."""

    subjects: Subjects
    _known: dict[str, str] = field(default_factory=dict)

    def of(self, character: str) -> str:
        """The description of a hole, "" where there is none."""
        if character not in self._known:
            self._known[character] = self._describe(character)
        return self._known[character]

    def _describe(self, character: str) -> str:
        named = symbol(character)
        if named is None or named.reference.attribute != "arn":
            return ""
        there = self.subjects.by_address.get(named.reference.address, ())
        found = [each for each in there if each.inside == named.inside]
        looked_up = _LOOKED_UP.fullmatch(named.reference.address)
        if looked_up is not None:
            return self.subjects.shape(looked_up["type"], found[0] if len(found) == 1 else None) or _ANY_ARN
        if not named.type.startswith("aws_"):
            return ""
        if len(found) != 1:
            return self.subjects.shape(named.type) or _ANY_ARN
        identity = self._identities.get((named.inside, named.reference.address))
        if identity is not None:
            return encode(identity.arn, named.inside)
        resource = found[0]
        forms = self.subjects.forms(resource, self.subjects.domain(resource))
        return forms[0] if len(forms) > 1 else _ANY_ARN

    @cached_property
    def _identities(self) -> Mapping[Place, Identity]:
        return {
            (each.resource.inside, each.address): each
            for each in self.subjects.infrastructure.identities
            if each.language == "aws" and each.resource.mode == "managed" and each.resource.type.startswith("aws_iam_")
        }


def described(read: Decoded, describe: Callable[[str], str]) -> Decoded:
    """A policy whose references say what is known of them."""
    if not any(map(_refers, read.statements)):
        return read
    return replace(read, statements=tuple(_described(each, describe) for each in read.statements))


def _refers(statement: Statement) -> bool:
    texts = (*(statement.resources or ()), *(text for _, text in statement.principals or ()))
    return any(has_hole(text) for text in texts)


def _described(statement: Statement, describe: Callable[[str], str]) -> Statement:
    resources, principals = statement.resources, statement.principals
    if resources is not None:
        resources = tuple(_both(text, describe) for text in resources)
    if principals is not None:
        principals = tuple((kind, _principal(text, describe)) for kind, text in principals)
    return replace(statement, resources=resources, principals=principals)


def _both(pattern: str, describe: Callable[[str], str]) -> str:
    """The pattern, and behind a mark the same pattern in other words."""
    other = HOLES.sub(lambda found: describe(found[0]) or found[0], pattern) if has_hole(pattern) else pattern
    return pattern if other == pattern else f"{pattern}{ALSO}{other}"


def _principal(text: str, describe: Callable[[str], str]) -> str:
    """A principal's ARN as text where all of it is known, and both the reference and the ARN where at least its name is."""
    other = describe(text) if len(text) == 1 and has_hole(text) else ""
    if not other.rpartition(":")[2].isascii() or not other:
        return text
    return other if other.isascii() else f"{text}{ALSO}{other}"
