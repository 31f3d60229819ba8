"""What `data.aws_iam_policy_document` makes of its arguments, as the AWS provider does it, with unknown leaves kept.

The provider reads such a data source late where anything in it does not exist yet, and then its `json` is unknown as a whole.
Its arguments are not: nearly always every action is known, and only a resource is not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from policypack.model import Unknown, Value, Values

TYPE = "aws_iam_policy_document"


def policy_document(values: Values, sources: Sequence[Value] = (), overrides: Sequence[Value] = ()) -> dict[str, Value]:
    """The IAM document of a data source's normal form.

    `sources` and `overrides` are decoded documents (or what stands for one: an Unknown becomes an unknown statement).
    The provider merges the sources, then the document's own statements, then the overrides; a later statement takes the
    place of an earlier one with the same sid.
    """
    version = values.get("version")
    own: dict[str, Value] = {"Version": "2012-10-17" if version is None else version}
    if values.get("policy_id") is not None:
        own["Id"] = values.get("policy_id")
    statements = values.get("statement")
    own["Statement"] = [_statement(each) for each in _listed(statements)]
    return _merged([*sources, own, *overrides])


def as_json(document: Value) -> Value:
    """The text of a document: a string where all of it is known, else Unknown with the document."""
    found = list(unknowns(document))
    import json  # many estates hold no JSON text

    if not found:
        return json.dumps(document, sort_keys=True)
    references = tuple(dict.fromkeys(reference for each in found for reference in each.references))
    return Unknown("known only after apply", references, document=document)


def parsed(text: Value) -> Value:
    """The document in a JSON text; Unknown where there is none to be had."""
    if isinstance(text, Unknown):
        return text.document if text.document is not None else text
    if not isinstance(text, str):
        return Unknown("not a policy document")
    import json  # as above

    try:
        document: Value = json.loads(text)
    except (ValueError, RecursionError):
        return Unknown("a policy document that is not JSON")
    return document


def unknowns(value: Value, depth: int = 0) -> list[Unknown]:
    """Every Unknown in a value, in order."""
    if isinstance(value, Unknown):
        return [value]
    if depth > 100:
        return [Unknown("nested too deeply to read")]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [each for part in inner for each in unknowns(part, depth + 1)]


def _merged(documents: Sequence[Value]) -> dict[str, Value]:
    merged: dict[str, Value] = {"Version": ""}
    statements: list[Value] = []
    places: dict[str, int] = {}
    for document in documents:
        if not isinstance(document, dict):
            statements.append(document if isinstance(document, Unknown) else Unknown("not a policy document"))
            continue
        version, earlier = document.get("Version"), merged["Version"]
        if isinstance(version, Unknown) or (isinstance(version, str) and isinstance(earlier, str) and version > earlier):
            merged["Version"] = version
        if document.get("Id") not in (None, ""):
            merged["Id"] = document["Id"]
        for statement in _listed(document.get("Statement")):
            sid = statement.get("Sid") if isinstance(statement, dict) else None
            if isinstance(sid, str) and sid in places:
                statements[places[sid]] = statement
                continue
            if isinstance(sid, str) and sid:
                places[sid] = len(statements)
            statements.append(statement)
    merged["Statement"] = statements
    return merged


def _statement(block: Value) -> Value:
    if not isinstance(block, Mapping):
        return block if isinstance(block, Unknown) else Unknown("not a statement")
    made: dict[str, Value] = {}
    if block.get("sid") not in (None, ""):
        made["Sid"] = block["sid"]
    effect = block.get("effect")
    made["Effect"] = "Allow" if effect is None else effect
    for argument, (name, form) in _ARGUMENTS.items():
        value = block.get(argument)
        if value not in (None, []):
            made[name] = form(value)
    return made


def _set(value: Value) -> Value:
    """A set of strings as the provider writes it: one alone stands by itself; the order says nothing."""
    if not isinstance(value, list):
        return value
    known = sorted({each for each in value if isinstance(each, str)})
    rest = [each for each in value if not isinstance(each, str)]
    both = [*known, *rest]
    return both[0] if len(both) == 1 else both


def _principals(blocks: Value) -> Value:
    made: dict[str, Value] = {}
    for block in _listed(blocks):
        kind = block.get("type") if isinstance(block, dict) else block
        if not isinstance(block, dict) or not isinstance(kind, str):
            return block if isinstance(block, Unknown) else kind if isinstance(kind, Unknown) else Unknown("not a principal")
        identifiers = block.get("identifiers")
        if kind == "*" and identifiers == ["*"]:
            return "*"
        made[kind] = _set([*_listed(made.get(kind)), *_listed(identifiers)])
    return made


def _conditions(blocks: Value) -> Value:
    made: dict[str, Value] = {}
    for block in _listed(blocks):
        test, variable = (block.get("test"), block.get("variable")) if isinstance(block, dict) else (None, None)
        if not isinstance(block, dict) or not isinstance(test, str) or not isinstance(variable, str):
            return next((each for each in (block, test, variable) if isinstance(each, Unknown)), Unknown("not a condition"))
        inner = made.setdefault(test, {})
        if isinstance(inner, dict):
            values = block.get("values")
            inner[variable] = _set([*_listed(inner.get(variable)), *_listed(values)])
    return made


def _listed(value: Value) -> list[Value]:
    return value if isinstance(value, list) else [] if value is None else [value]


_ARGUMENTS: Mapping[str, tuple[str, Callable[[Value], Value]]] = {
    "actions": ("Action", _set),
    "not_actions": ("NotAction", _set),
    "resources": ("Resource", _set),
    "not_resources": ("NotResource", _set),
    "principals": ("Principal", _principals),
    "not_principals": ("NotPrincipal", _principals),
    "condition": ("Condition", _conditions),
}
