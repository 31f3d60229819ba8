"""Finding the resource that a value names: by reference, by ARN, by id or by name."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from msgspec import Struct, field

from policypack.catalog import Catalog
from policypack.model import Reference, Resource, Unknown, Value, strip_keys

_SEGMENT = r"[:/]"
_HOLE = r"\$?\{[^}]*\}"
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://")
ARN_PARTS = 6


class Found(Struct, frozen=True):
    """What a value names. `certain` is False where several instances fit; `unresolved` where the value cannot be told."""

    resources: tuple[Resource, ...] = ()
    certain: bool = True
    unresolved: bool = False

    @property
    def only(self) -> Resource | None:
        """The one resource that is meant, None where there is none or more than one fits."""
        return self.resources[0] if len(self.resources) == 1 else None


def account_of(arn: Value) -> str | None:
    """The account id in an ARN, None where it has none (S3) or the value is not an ARN. Reads templates too."""
    text = arn.parts[0] if isinstance(arn, Unknown) and arn.parts else arn
    if not isinstance(text, str) or not text.startswith("arn:"):
        return None
    parts = text.split(":")
    return parts[4] if len(parts) >= ARN_PARTS and parts[4].isdigit() else None


def block_account(block: Resource | None) -> str | Unknown | None:
    """The account that a provider block acts in, None where it says nothing about it."""
    if block is None:
        return None
    role = block.get("assume_role.role_arn")
    if role is not None:
        account = account_of(role)
        if account:
            return account
    allowed = block.get("allowed_account_ids")
    if isinstance(allowed, list) and len(allowed) == 1 and isinstance(allowed[0], (str, int)):
        return str(allowed[0])
    return Unknown(f"the account of {block.address} depends on {asks(role)}") if isinstance(role, Unknown) else None


def besides(value: Value) -> tuple[Reference, ...]:
    """The variables without a value that a list is made of besides what it names (`concat(var.more, [a.id])`)."""
    if not isinstance(value, Unknown) or value.parts or len(value.references) < 2:
        return ()
    return tuple(each for each in value.references if each.address.startswith("var."))


def asks(value: Unknown) -> str:
    """What would have to be known for a value to be known."""
    return ", ".join(str(each) for each in value.references) or value.reason


def arn_pattern(template: str, resource: Resource, home: Mapping[str, str] | None = None) -> str:
    """The catalog's ARN template with the resource's own arguments filled in, and `*` where a part cannot be told. `home` has its
    `Account` and `Region`, as far as they are known."""

    def filled(hole: re.Match[str]) -> str:
        text = hole.group(0)
        value = resource.get(text[1:-1]) if text.startswith("{") else (home or {}).get(text[2:-1])
        return value if isinstance(value, str) else "*"

    return re.sub(_HOLE, filled, template)


def patterns_meet(one: str, other: str) -> bool:
    """Whether two texts with `*` wildcards can be the same text.

    Both sides are matched segment by segment (`:`), which is how ARNs are matched in practice; the last segment takes the rest.
    """
    left, right = one.split(":", ARN_PARTS - 1), other.split(":", ARN_PARTS - 1)
    if len(left) != len(right):
        return "*" in (one, other)
    return all(_meets(a, b) for a, b in zip(left, right, strict=True))


def _meets(one: str, other: str) -> bool:
    if "*" not in one and "*" not in other:
        return one == other
    for text, pattern in ((one, other), (other, one)):
        regex = ".*".join(re.escape(part) for part in pattern.split("*"))
        if re.fullmatch(regex, text.replace("*", "\x00")):
            return True
    heads = one.partition("*")[0], other.partition("*")[0]
    tails = one.rpartition("*")[2], other.rpartition("*")[2]
    if "*" not in one or "*" not in other:
        return False
    return (heads[0].startswith(heads[1]) or heads[1].startswith(heads[0])) and (
        tails[0].endswith(tails[1]) or tails[1].endswith(tails[0])
    )


class Index(Struct, frozen=True, dict=True):
    """All resources of the estate, and how to find them."""

    resources: tuple[Resource, ...]
    catalog: Catalog
    home: Callable[[Resource], Mapping[str, str]] = lambda _: {}
    _cache: dict[str, dict[str, list[Resource]]] = field(default_factory=dict)

    @cached_property
    def by_address(self) -> dict[tuple[str, str], Resource]:
        """Input and address -> resource."""
        return {(each.inside, each.address): each for each in self.resources}

    @cached_property
    def by_configured(self) -> dict[tuple[str, str], list[Resource]]:
        """Input and address without keys -> its instances."""
        found: dict[tuple[str, str], list[Resource]] = defaultdict(list)
        for each in self.resources:
            found[each.inside, each.configured_address].append(each)
        return found

    @cached_property
    def by_name(self) -> dict[str, list[Resource]]:
        """Any text that names a resource (its name, id or ARN) -> the resources that have it."""
        found: dict[str, list[Resource]] = defaultdict(list)
        keys: dict[str, list[str]] = {}
        for each in self.resources:
            if each.mode != "managed":
                continue
            if each.type not in keys:
                entry = self.catalog.entry(each.type)
                keys[each.type] = list(dict.fromkeys(["id", "arn", "name", *([entry.name] if entry and entry.name else [])]))
            for key in keys[each.type]:
                text = each.get(key)
                if isinstance(text, str) and (not found[text] or found[text][-1] is not each):
                    found[text].append(each)
        return found

    def find(self, value: Value, holder: Resource, fits: Callable[[str], bool]) -> Found:
        """The resources whose type fits and that the value names, seen from the resource that holds the value."""
        if isinstance(value, Unknown):
            return self._by_references(value.references, holder, fits)
        if not isinstance(value, str):
            return Found()
        named = [each for each in self.by_name.get(value, ()) if fits(each.type)]
        if not named and value.startswith("arn:"):
            named = self._by_arn(value, fits)
        elif not named and "/" in value:
            named = self._by_full_name(value, fits)
        here = [each for each in named if each.inside == holder.inside]
        return Found(tuple(here or named), certain=len(here or named) <= 1)

    def meant(self, value: Value, holder: Resource, fits: Callable[[str], bool]) -> Found:
        """As `find`, but of a value that is one of several (`var.x ? a.id : b.id`) all that it may be, none of them for certain."""
        if isinstance(value, Unknown) and not value.parts and len(value.references) > 1:
            each_of = (self._by_references((reference,), holder, fits) for reference in value.references)
            found = {one.place: one for each in each_of for one in each.resources}
            if len(found) > 1:
                return Found(tuple(found.values()), certain=False)
        return self.find(value, holder, fits)

    def _by_arn(self, arn: str, fits: Callable[[str], bool]) -> list[Resource]:
        found = []
        for each in self.by_name.get(re.split(_SEGMENT, arn)[-1], ()):
            entry = self.catalog.entry(each.type)
            if fits(each.type) and entry and entry.arn and patterns_meet(arn, arn_pattern(entry.arn, each, self.home(each))):
                found.append(each)
        return found

    def _by_full_name(self, name: str, fits: Callable[[str], bool]) -> list[Resource]:
        """What a name with slashes names: the end of it is the full name, or (`gs://bucket/path`) its first part a bucket's."""
        if (path := _SCHEME.match(name)) is not None and path.group(1) != "https":
            bucket = name[path.end() :].partition("/")[0]
            return [each for each in self.by_name.get(bucket, ()) if fits(each.type)]
        found = []
        for each in self.by_name.get(name.rpartition("/")[2], ()):
            entry = self.catalog.entry(each.type)
            if fits(each.type) and entry and entry.arn and not entry.arn.startswith("arn:"):
                pattern = arn_pattern(entry.arn, each, self.home(each))
                ends = re.compile(
                    "(?:^|/)" + ".*".join(re.escape(part) for part in pattern.lstrip("/").split("*")) + "$", re.IGNORECASE
                )
                found += [each] if ends.search(name) else []
        return found

    def _by_references(self, references: Iterable[Reference], holder: Resource, fits: Callable[[str], bool]) -> Found:
        seen = False
        for reference in references:
            exact = self.by_address.get((holder.inside, reference.address))
            if exact is not None:
                seen = True
                if fits(exact.type):
                    return Found((exact,))
                continue
            instances = self.by_configured.get((holder.inside, strip_keys(reference.address)), [])
            instances = [each for each in instances if fits(each.type)]
            if instances:
                twins = [each for each in instances if _keys(each.address) == _keys(holder.address)]
                chosen = twins if len(twins) == 1 else instances
                return Found(tuple(chosen), certain=len(chosen) == 1)
        return Found(unresolved=not seen, certain=False)


def _keys(address: str) -> list[str]:
    return re.findall(r"\[(.*?)\](?:\.|$)", address)
