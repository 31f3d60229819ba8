"""The policy documents that a plan reads late: `data.aws_iam_policy_document` with something in it that does not exist yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from policypack.model import Reference, Unknown, Value, Values
from policypack.read.documents import TYPE, parsed, policy_document

_JSON = {"json", "minified_json", ""}  # of `doc[each.key].json` Terraform lists `doc`
_SOURCES = ("source_json", "source_policy_documents")
_OVERRIDES = ("override_json", "override_policy_documents")


def is_document(reference: Reference) -> bool:
    """Whether the reference is the text of a policy document."""
    return f".data.{TYPE}." in f".{reference.address}" and reference.attribute in _JSON


class Documents:
    """The documents of one plan that are read late, by address, made when they are asked for."""

    def __init__(self, deferred: Mapping[str, Callable[[], Values]]) -> None:
        """`deferred` gives the arguments of each data source that is read late, in normal form."""
        self._deferred = deferred
        self._made: dict[str, Value] = {}
        self._open: set[str] = set()

    def of(self, references: tuple[Reference, ...]) -> Value:
        """The document that an unknown text is, where it is derived from one document and nothing else; None elsewhere."""
        if len(references) != 1 or not is_document(references[0]) or references[0].address not in self._deferred:
            return None
        return self.at(references[0].address)

    def at(self, address: str) -> Value:
        """The document of the data source at that address."""
        if address in self._open:
            return Unknown("a policy document that is made of itself")
        if address not in self._made:
            self._open.add(address)
            try:
                values = self._deferred[address]()
                sources, overrides = self._all(values, _SOURCES), self._all(values, _OVERRIDES)
                self._made[address] = policy_document(values, sources, overrides)
            finally:
                self._open.discard(address)
        return self._made[address]

    def _all(self, values: Values, arguments: tuple[str, str]) -> list[Value]:
        found: list[Value] = []
        for argument in arguments:
            value = values.get(argument)
            found.extend(self._expand(value))
            if isinstance(value, Unknown) and argument.endswith("s"):
                found.append(Unknown("policy documents that the plan does not carry", value.references))
        return found

    def _expand(self, value: Value) -> list[Value]:
        """The documents of one argument, in order. Each of its unknown elements has the references of all of them, so they are
        told apart by their order where there are as many; elsewhere they stay unknown."""
        if value is None:
            return []
        elements = value if isinstance(value, list) else [value]
        holes = [each for each in elements if isinstance(each, Unknown)]
        references = [each for each in (holes[0].references if holes else ()) if is_document(each)]
        waiting = iter([each for each in references if each.address in self._deferred])
        exact = len([each for each in references if each.address in self._deferred]) == len(holes)
        made: list[Value] = []
        for element in elements:
            reference = next(waiting, None) if exact and isinstance(element, Unknown) else None
            made.append(self.at(reference.address) if reference else parsed(element))
        return made
