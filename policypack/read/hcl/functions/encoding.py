"""Encodings: JSON, YAML, CSV, base64, URLs."""

from __future__ import annotations

import base64
import codecs
import re
from collections.abc import Mapping

from policypack.model import Unknown, Value, replace
from policypack.read.hcl.convert import text
from policypack.read.hcl.documents import decode, encode, encode_partial
from policypack.read.hcl.functions.function import Function, patient, whole
from policypack.read.hcl.partial import EvaluationError, blend, has_unknown

_CHARSET = (
    r"(?i)(utf-?8|utf-?16(le|be)?|utf-?32(le|be)?|iso-8859-\d{1,2}|windows-125\d|us-ascii|shift_jis|big5|gbk|euc-(jp|kr))"
)


def _base64decode(value: Value) -> Value:
    return plain(unbase64(text(value)))


def unbase64(value: str) -> bytes:
    """Bytes from standard base64. Raises EvaluationError where it is not."""
    try:
        return base64.b64decode(value.replace("\n", "").replace("\r", ""), validate=True)
    except ValueError:
        raise EvaluationError("not valid base64") from None


def plain(content: bytes) -> str:
    """Bytes as text. Raises EvaluationError where they are not UTF-8."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise EvaluationError("not UTF-8 text") from None


def _base64encode(value: Value) -> Value:
    return base64.b64encode(text(value).encode()).decode()


def _charset(name: Value) -> str:
    found = text(name)
    if not re.fullmatch(_CHARSET, found):
        raise EvaluationError(f"the encoding {found[:40]!r} is not supported")
    return found


def _textdecodebase64(value: Value, encoding: Value) -> Value:
    try:
        return unbase64(text(value)).decode(_charset(encoding))
    except (UnicodeError, LookupError):
        raise EvaluationError("the text is not in this encoding") from None


def _textencodebase64(value: Value, encoding: Value) -> Value:
    charset = _charset(encoding)
    try:
        marked = charset.lower() in ("utf-16", "utf16")
        content = codecs.BOM_UTF16_BE + text(value).encode("utf-16-be") if marked else text(value).encode(charset)
        return base64.b64encode(content).decode()
    except (UnicodeError, LookupError):
        raise EvaluationError("the text cannot be written in this encoding") from None


def _csvdecode(value: Value) -> Value:
    import csv  # few modules need CSV
    import io

    rows = [row for row in csv.reader(io.StringIO(text(value)), strict=True) if row]
    if not rows:
        raise EvaluationError("a CSV text needs a line of names")
    names = rows[0]
    if len(set(names)) < len(names) or any(len(row) != len(names) for row in rows):
        raise EvaluationError("the lines of the CSV text do not fit its names")
    return [dict(sorted(zip(names, row, strict=True))) for row in rows[1:]]


def _jsondecode(value: Value) -> Value:
    if isinstance(value, Unknown):
        return blend((value,)) if value.document is None else value.document
    return decode(text(value))


def _jsonencode(value: Value) -> Value:
    if isinstance(value, Unknown):
        # An object whose keys are templates keeps them: what is encoded has the same ones.
        templated = isinstance(value.document, dict) and any("${" in key for key in value.document)
        return replace(blend((value,)), document=value.document) if templated else blend((value,))
    return encode_partial(value) if has_unknown(value) else encode(value)


def _urlencode(value: Value) -> Value:
    from urllib.parse import quote_plus  # few modules need URLs

    return quote_plus(text(value), safe="")


def _yamldecode(value: Value) -> Value:
    from policypack.read.hcl.functions import yaml_text  # few modules need YAML, and it is slow to import

    return yaml_text.decode(text(value))


def _yamlencode(value: Value) -> Value:
    from policypack.read.hcl.functions import yaml_text  # as above

    if isinstance(value, Unknown):
        return blend((value,))
    return encode_partial(value) if has_unknown(value) else yaml_text.encode(value)


FUNCTIONS: Mapping[str, Function] = {
    "base64decode": whole(_base64decode),
    "base64encode": whole(_base64encode),
    "csvdecode": whole(_csvdecode),
    "jsondecode": patient(_jsondecode),
    "jsonencode": patient(_jsonencode),
    "textdecodebase64": whole(_textdecodebase64),
    "textencodebase64": whole(_textencodebase64),
    "urlencode": whole(_urlencode),
    "yamldecode": whole(_yamldecode),
    "yamlencode": patient(_yamlencode),
}
