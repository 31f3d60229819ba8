"""Patterns of actions and resources against names, three-valued.

Rules: IAM User Guide, "IAM JSON policy elements: Action" (actions ignore case, wildcards anywhere), "IAM JSON policy
elements: Resource" (a star that ends a segment may expand beyond colons) and "Identify AWS resources with ARNs" (no
wildcard in the service, none in the resource type). Where these pages are silent, `must` says no and `may` says yes: the
answer between them is U. All matching is bounded by the product of two short lengths; no pattern becomes a regular expression.

Subjects are texts in which `*` and `?` are characters (`text.literal`), patterns may hold wildcards; both may hold holes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from policypack.authority.aws.kleene import F, T, U, Verdict
from policypack.authority.aws.text import ALSO, ANON, HOLES, is_plain, symbol

_KIND = re.compile(r"[a-z][a-zA-Z-]*[:/]")


def glob(pattern: str, text: str) -> bool:
    """Whether a pattern certainly matches: `*` is any text, `?` one character that is known, a hole only itself."""
    if "*" not in pattern:
        if "?" not in pattern:
            return pattern == text and (text.isascii() or ANON not in text)
        return len(pattern) == len(text) and _at(pattern, text, 0)
    first, *middle, last = pattern.split("*")
    end = len(text) - len(last)
    position = len(first)
    if position > end or not _at(first, text, 0) or not _at(last, text, end):
        return False
    for chunk in middle:
        if chunk:
            position = _find(chunk, text, position, end)
            if position < 0:
                return False
            position += len(chunk)
    return True


def _at(chunk: str, text: str, position: int) -> bool:
    if "?" not in chunk:
        return text.startswith(chunk, position) and (chunk.isascii() or ANON not in chunk)
    for offset, wanted in enumerate(chunk, position):
        character = text[offset]
        if wanted == "?":
            if HOLES.match(character):
                return False
        elif wanted != character or wanted == ANON:
            return False
    return True


def _find(chunk: str, text: str, start: int, end: int) -> int:
    if "?" not in chunk:
        return text.find(chunk, start, end) if chunk.isascii() or ANON not in chunk else -1
    return next((position for position in range(start, end - len(chunk) + 1) if _at(chunk, text, position)), -1)


def overlap(pattern: str, text: str, *, placed: int = 0) -> bool:
    """Whether a pattern may match, whatever the holes turn out to be. False is a proof that it cannot.

    Holes among the first `placed` characters of the text hold no colon.
    """
    if pattern.isascii() and text.isascii():
        return glob(pattern, text)
    shared = 0
    for one, other in zip(pattern, text, strict=False):
        if one != other or one in "*?" or (HOLES.match(one) and not is_plain(one)):
            break
        shared += 1
    pattern, text = pattern[shared:], text[shared:]
    if pattern and text and _different(pattern, text):
        return False
    pattern = HOLES.sub("*", pattern)
    return _intersect(pattern, text, placed - shared) if HOLES.search(text) else glob(pattern, text)


def _different(pattern: str, text: str) -> bool:
    """Whether both begin with unique names of different resources, and what follows cannot make up for it."""
    one, other = symbol(pattern[0]), symbol(text[0])
    if one is None or other is None or not one.differs(other):
        return False
    rest, other_rest = pattern[1:], text[1:]
    if rest == other_rest and not HOLES.search(rest) and "*" not in rest and "?" not in rest:
        return True
    delimited = (not rest or rest[0] in "/:") and (not other_rest or other_rest[0] in "/:")
    if one.type == other.type == "aws_s3_bucket":
        return delimited  # a bucket's name holds no slash, so that the first slash ends it
    service, other_service = one.type.split("_")[:2], other.type.split("_")[:2]
    return delimited and service != other_service


def _intersect(pattern: str, text: str, placed: int) -> bool:
    """Whether two globs have a text in common: the holes of `text` are stars. One bit is one position of the pattern."""
    chunks = pattern.split("*")
    letters = "".join(chunks)
    stars = position = 0
    for chunk in chunks[:-1]:
        position += len(chunk)
        stars |= 1 << position
    masks: dict[str, int] = {}
    for place, letter in enumerate(letters):
        masks[letter] = masks.get(letter, 0) | 1 << place
    anything = masks.get("?", 0)
    everything = (1 << len(letters)) - 1
    states = 1
    for place, character in enumerate(text):
        if HOLES.match(character):
            # A hole may be any text: from a position every later one is reached, up to a colon if the hole holds none.
            passable = everything & ~masks.get(":", 0) if place < placed else everything
            states |= ((states & passable) + passable) ^ passable
        else:
            states = ((states & (masks.get(character, 0) | anything)) << 1) | (states & stars)
        if not states:
            return False
    return bool(states >> len(letters) & 1)


def must(pattern: str, arn: str) -> bool:
    """Whether a resource pattern certainly matches an ARN, by the documented rules alone."""
    if pattern == arn and (arn.isascii() or ANON not in arn):
        return True
    if pattern and not pattern.strip("*"):
        return True
    if not pattern.isascii() and pattern[0] == arn[:1]:
        named = symbol(pattern[0])
        if named is not None and named.reference.attribute.endswith("arn"):
            return glob(pattern[1:], arn[1:])  # what follows a whole ARN lies in its last field
    fields = arn.split(":", 5)
    wanted = pattern.split(":", 3)
    if len(fields) < 6 or len(wanted) < 4:
        return False
    partition, service = wanted[1], wanted[2]
    if wanted[0] != fields[0] or "*" in service or "?" in service or not glob(service, fields[2]):
        return False
    if not glob(partition, fields[1]):
        return False
    return _rest(wanted[3], fields[2:])


def _rest(pattern: str, fields: list[str]) -> bool:
    """The part after the service, against region, account and resource. The two ways are those of a star across colons."""
    service, region, account, resource = fields
    parts = pattern.split(":", 2)
    if len(parts) == 1:
        return pattern.endswith("*") and glob(pattern, region)
    first, second = parts[0], parts[1]
    crosses = first.endswith("*") and glob(first, region)  # then the account may be inside the star as well
    aligned = glob(first, region)
    if len(parts) == 2:
        if second.endswith("*") and ((aligned and glob(second, account)) or (crosses and not second.strip("*"))):
            return True
        return crosses and _last(second, service, region, account, resource)
    third = parts[2]
    if (
        aligned
        and glob(second, account)
        and ((third and not third.strip("*")) or _last(third, service, region, account, resource))
    ):
        return True
    return crosses and _last(f"{second}:{third}", service, region, account, resource)


def _last(pattern: str, service: str, region: str, account: str, resource: str) -> bool:
    """The sixth field: its type must stand in the pattern as text, the rest is a glob whose wildcards cross everything."""
    if not (service == "s3" and not region and not account):
        ends = [place for place in (resource.find("/"), resource.find(":")) if place >= 0]
        if ends and not pattern.startswith(resource[: min(ends) + 1]):
            return False
    return glob(pattern, resource)


@lru_cache(maxsize=1 << 15)
def arn_match(pattern: str, arn: str) -> Verdict:
    """A resource pattern against one description of an ARN."""
    if must(pattern, arn):
        return T
    return U if may(pattern, arn) else F


def may(pattern: str, arn: str) -> bool:
    """Whether a resource pattern may match an ARN. False is a proof that it cannot: partition, region and account hold no colon."""
    placed = len(":".join(arn.split(":", 5)[:5])) if not arn.isascii() and arn.startswith("arn:") and arn.count(":") >= 5 else 0
    return overlap(pattern, arn, placed=placed) and not (_of_another_account(pattern, arn) or _of_another_kind(pattern, arn))


def _of_another_account(pattern: str, arn: str) -> bool:
    """Whether both name an account, not the same one, and only the resource's name has holes. A star that crosses colons could
    still find the pattern's account in that name; names of resources hold no accounts of others, so it does not."""
    if arn.isascii():
        return False
    wanted, fields = pattern.split(":", 5), arn.split(":", 5)
    if len(wanted) < 6 or len(fields) < 6 or not "".join(fields[:5]).isascii():
        return False
    one, other = wanted[4], fields[4]
    return one != other and len(one) == len(other) == 12 and one.isdigit() and other.isdigit()


def _of_another_kind(pattern: str, arn: str) -> bool:
    """Whether both say what type of resource they are about, and it is another type, or another name of that type. A star that
    crosses colons could still find the pattern's type in a name that has holes; names of resources hold no types, so it does
    not, and the last fields are about each other. Keys of objects in S3 hold anything."""
    if arn.isascii():
        return False
    wanted, fields = pattern.split(":", 5), arn.split(":", 5)
    if len(wanted) < 6 or len(fields) < 6 or fields[2].startswith("s3"):
        return False
    one, other = _KIND.match(wanted[5]), _KIND.match(fields[5])
    return one is not None and other is not None and (one[0] != other[0] or not overlap(wanted[5], fields[5]))


def resource_match(pattern: str, forms: Iterable[str]) -> Verdict:
    """A resource pattern against an ARN that is described in several ways, each of them true: the best informed wins. So it is
    where the pattern itself is several (`text.ALSO`)."""
    answer = U
    patterns = pattern.split(ALSO) if ALSO in pattern else (pattern,)
    for form in forms:
        for each in patterns:
            verdict = arn_match(each, form)
            if verdict == T:
                return T
            answer = min(answer, verdict)
    return answer


@lru_cache(maxsize=1 << 15)
def text_match(pattern: str, text: str) -> Verdict:
    """A glob over a whole text, colons like any other character: actions (in lower case) and StringLike."""
    if glob(pattern, text):
        return T
    return U if not (pattern.isascii() and text.isascii()) and overlap(pattern, text) else F


def action_verdict(patterns: tuple[str, ...], action: str) -> Verdict:
    """Whether any of these patterns is about an action (lower case)."""
    best = F
    wanted = patterns if len(patterns) <= _FEW else _of_service(patterns, action.partition(":")[0])
    for pattern in wanted:
        first = pattern[:1]
        if first != action[:1] and first not in "*?" and first.isascii():
            continue
        verdict = text_match(pattern, action)
        if verdict > best:
            best = verdict
            if best == T:
                break
    return best


_FEW = 32


@lru_cache(maxsize=1 << 10)
def _of_service(patterns: tuple[str, ...], service: str) -> tuple[str, ...]:
    """The patterns that can match an action of a service: those that are about another one in plain text are left out."""
    return tuple(pattern for pattern in patterns if _can_name(pattern.partition(":")[0], service))


def _can_name(written: str, service: str) -> bool:
    return written == service or "*" in written or "?" in written or not written.isascii()
