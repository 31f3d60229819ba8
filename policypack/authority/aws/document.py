"""A policy document as it was decoded -> statements, in bounded time and without ever answering "no" for want of sense.

Rules: IAM User Guide, "IAM JSON policy elements reference" and "Grammar of the IAM JSON policy language". What IAM would
refuse, what it may know and this table does not, and what is not known yet, all leave a doubt on the statement: it may
hold, it never certainly does. A document that cannot be read becomes one doubtful Allow and one doubtful Deny of
everything. A doubt says what is missing; it never quotes a value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from policypack.authority.aws.kleene import F, T, U, Verdict
from policypack.authority.aws.operators import OPERATORS, Operator
from policypack.authority.aws.text import ANON, LONGEST, encode
from policypack.model import Policy, Unknown, Value, replace
from policypack.read.repeated import once

LARGEST: Final = 2_000_000
"""Characters of a document's text. AWS allows 32 kilobytes at most; beyond this it is not read."""

_NAMED: Final = 5  # of what an unread policy refers to
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]{0,39}")
_ELEMENTS = {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition"}
_ARTICLES = {"Action": "an Action", "Resource": "a Resource"}
_VERSIONS = {"2012-10-17": T, "2008-10-17": F}


class Condition(Struct, frozen=True, gc=False):
    """One key under one operator. `operator` None: an operator or content that is not known, which is always U."""

    operator: Operator | None
    quantifier: str
    if_exists: bool
    key: str
    values: tuple[str, ...]


class Statement(Struct, frozen=True, gc=False):
    """One statement. Texts may hold holes; `actions` are in lower case; `resources` None: the element is absent.

    `principals` are pairs of kind and text ("AWS", "Service", "Federated", ...), None: the element is absent. `modern`
    says whether the document's version has policy variables. `doubt` is why the statement is never certain, or "".
    """

    effect: str
    actions: tuple[str, ...]
    not_actions: bool = False
    resources: tuple[str, ...] | None = None
    not_resources: bool = False
    principals: tuple[tuple[str, str], ...] | None = None
    not_principals: bool = False
    conditions: tuple[Condition, ...] = ()
    modern: Verdict = T
    doubt: str = ""
    index: int = 0


def statements(policy: Policy) -> tuple[Statement, ...]:
    """The statements of a policy, in order; `index` is their place in the document. Many have one document: it is read once."""
    origin = policy.origin or policy.attached_by
    inside = origin.inside if origin is not None else ""
    key = (id(policy.document), inside, policy.name)
    if key not in _known:
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        # The document is kept, so that its id stays its own.
        _known[key] = (policy.document, read(policy.document, inside, policy.name))
    return _known[key][1]


_MOST_KNOWN = 50_000
_known: dict[tuple[int, str, str], tuple[Value, tuple[Statement, ...]]] = {}


def read(document: Value, inside: str = "", name: str = "a policy") -> tuple[Statement, ...]:
    """The statements of a document. References in it belong to the input `inside`; `name` is said in doubts."""
    if isinstance(document, Unknown):
        if document.document is None:
            named = ", ".join(dict.fromkeys(each.address for each in document.references[:_NAMED]))
            return _anything(f"what {name} says is not known: {document.reason}{f'; it refers to {named}' if named else ''}")
        document = document.document
    if isinstance(document, str):
        document = _decoded(document)
    if not isinstance(document, dict):
        return _anything(f"{name} is not a policy document that can be read")
    return tuple(_statements(document, inside, name))


def _decoded(text: str) -> Value:
    if len(text) > LARGEST:
        return None
    try:
        decoded: Value = json.loads(text, object_pairs_hook=once)
    except (ValueError, RecursionError):
        return None
    return decoded


def _anything(doubt: str, index: int = 0) -> tuple[Statement, ...]:
    allow = Statement("Allow", ("*",), resources=("*",), principals=(("AWS", ANON),), doubt=doubt, index=index)
    return (allow, replace(allow, effect="Deny"))


def _statements(document: dict[str, Value], inside: str, name: str) -> Iterator[Statement]:
    version = document.get("Version", "2008-10-17")
    modern = _VERSIONS.get(version, U) if isinstance(version, str) else U
    strange = [key for key in document if key not in {"Version", "Id", "Statement"}]
    wrong = f"{name} has {_element(strange[0])}" if strange else ""
    if modern == U and not isinstance(version, Unknown):
        wrong = wrong or f"{name} has a Version that IAM does not know"
    written = document.get("Statement")
    if written is None or isinstance(written, Unknown):
        reason = f": {written.reason}" if isinstance(written, Unknown) else ""
        yield from _anything(f"what {name} says is not known{reason}")
        return
    for index, each in enumerate(written if isinstance(written, list) else [written]):
        if isinstance(each, Unknown) and isinstance(each.document, dict):
            each = each.document  # noqa: PLW2901 - the same statement, unwrapped
        if not isinstance(each, dict):
            where = f"statement {index + 1} of {name}"
            unknown = f"what {where} says is not known: {each.reason}" if isinstance(each, Unknown) else ""
            yield from _anything(unknown or f"{where} is not a statement", index)
            continue
        yield from _statement(each, inside, modern, index, (f"statement {index + 1} of {name}", wrong))


def _statement(
    written: dict[str, Value], inside: str, modern: Verdict, index: int, said: tuple[str, str]
) -> Iterator[Statement]:
    where, doubt = said
    actions, not_actions, wrong_actions = _either(written, "Action", "NotAction", inside)
    resources, not_resources, wrong_resources = _either(written, "Resource", "NotResource", inside)
    principals, not_principals, wrong_principals = _principals(written, inside)
    conditions = tuple(_conditions(written["Condition"], inside)) if "Condition" in written else ()
    problem = wrong_actions or wrong_resources or wrong_principals
    if not problem and actions is None:
        problem, actions = "has no Action", ("*",)
    if not problem and not written.keys() <= _ELEMENTS:
        problem = f"has {_element(next(key for key in written if key not in _ELEMENTS))}"
    doubt = doubt or (f"{where} {problem}" if problem else "")
    effect = written.get("Effect")
    effects = (effect,) if isinstance(effect, str) and effect in {"Allow", "Deny"} else ("Allow", "Deny")
    if len(effects) > 1:
        doubt = doubt or f"whether {where} allows or denies is not known"
    patterns = tuple([text.lower() for text in actions or ()])
    for each in effects:
        yield Statement(
            each, patterns, not_actions, resources, not_resources, principals, not_principals, conditions, modern, doubt, index
        )


def _element(key: str) -> str:
    return f"an element that IAM does not know, {key}" if _NAME.fullmatch(key) else "an element that IAM does not know"


def _either(written: dict[str, Value], element: str, opposite: str, inside: str) -> tuple[tuple[str, ...] | None, bool, str]:
    """The patterns of an element or of its Not form, whether it is the latter, and what is wrong with it."""
    plain, negated = written.get(element), written.get(opposite)
    if plain is not None and negated is not None:
        return (ANON,), False, f"has both {element} and {opposite}"
    value = plain if negated is None else negated
    if value is None:
        return None, False, ""
    texts, wrong = _texts(value, inside)
    return texts, negated is not None, f"has {_ARTICLES[element]} that is not text" if wrong else ""


def _texts(value: Value, inside: str, *, scalars: bool = False) -> tuple[tuple[str, ...], bool]:
    """The texts of one item or a list, and whether anything else stood there (numbers and booleans are text if `scalars`)."""
    if isinstance(value, str):
        return (encode(value, inside),), False
    if isinstance(value, Unknown) and isinstance(value.document, list):
        value = value.document
    items = value if isinstance(value, list) else [value]
    if _is_ordinary(items):
        return tuple(items), False  # type: ignore[arg-type]
    fits = [isinstance(item, (str, Unknown)) for item in items]
    texts = [encode(item, inside) if scalars or fit else ANON for item, fit in zip(items, fits, strict=True)]
    return tuple(texts), not all(fits)


def _is_ordinary(items: Sequence[Value]) -> bool:
    """Whether these are texts that encode as they are: nearly all are, and asking once for all of them is quick."""
    try:
        together = "".join(items)  # type: ignore[arg-type]
    except TypeError:
        return False
    return together.isascii() and len(together) <= LONGEST


def _principals(written: dict[str, Value], inside: str) -> tuple[tuple[tuple[str, str], ...] | None, bool, str]:
    plain, negated = written.get("Principal"), written.get("NotPrincipal")
    if plain is not None and negated is not None:
        return (("AWS", ANON),), False, "has both Principal and NotPrincipal"
    value = plain if negated is None else negated
    if value is None:
        return None, False, ""
    if isinstance(value, Unknown) and isinstance(value.document, dict):
        value = value.document
    if isinstance(value, dict):
        found: list[tuple[str, str]] = []
        wrong = False
        for kind, named in value.items():
            texts, odd = _texts(named, inside)
            wrong = wrong or odd
            found += [(kind, text) for text in texts]
        return tuple(found), negated is not None, "has a Principal that is not text" if wrong else ""
    if value == "*" or isinstance(value, Unknown):
        return (("AWS", encode(value, inside)),), negated is not None, ""
    return (("AWS", ANON),), negated is not None, "has a Principal that is neither * nor named by kind"


def _conditions(block: Value, inside: str) -> Iterator[Condition]:
    if isinstance(block, Unknown) and isinstance(block.document, dict):
        block = block.document
    if block is None:
        return
    if not isinstance(block, dict):
        yield Condition(None, "", False, "", ())
        return
    for name, keys in block.items():
        quantifier, operator, if_exists = _operator(name)
        if isinstance(keys, Unknown) and isinstance(keys.document, dict):
            keys = keys.document  # noqa: PLW2901 - the same keys, unwrapped
        if not isinstance(keys, dict):
            yield Condition(None, "", False, "", ())
            continue
        for key, values in keys.items():
            texts, _ = _texts(values, inside, scalars=True)
            wrong = not texts or isinstance(values, dict)
            yield Condition(None if wrong else operator, quantifier, if_exists, key.lower(), texts)


def _operator(name: str) -> tuple[str, Operator | None, bool]:
    lowered = name.lower()
    quantifier = ""
    for prefix, meaning in (("forallvalues:", "all"), ("foranyvalue:", "any")):
        if lowered.startswith(prefix):
            lowered, quantifier = lowered[len(prefix) :], meaning
    if_exists = lowered.endswith("ifexists")
    operator = OPERATORS.get(lowered[: -len("ifexists")] if if_exists else lowered)
    if operator is not None and operator.family == "presence" and (if_exists or quantifier):
        operator = None  # Null cannot carry either
    return quantifier, operator, if_exists
