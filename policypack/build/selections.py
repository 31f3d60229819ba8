"""Which stores a backup selection reaches: by ARN, by tags, by conditions, less what it leaves out.

Resources and selection tags are alternatives; conditions must all hold; keys and values of tags are case-sensitive; a
selection that names nothing takes everything (AWS Backup API reference, BackupSelection).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from msgspec import Struct, field

from policypack.build.domains import Domains
from policypack.build.estate import Estate
from policypack.build.guards import same
from policypack.build.index import arn_pattern, patterns_meet
from policypack.model import Resource, Truth, Unknown, Value, same_domain, strip_keys

_CONDITIONS = ("string_equals", "string_like", "string_not_equals", "string_not_like")
_TAG_KEY = "aws:ResourceTag/"


class Matched(Struct, frozen=True):
    """Whether a selection reaches a store, in what way, or by how little it does not."""

    outcome: Truth
    why: str = ""
    near_miss: str = ""


class Selections(Struct, frozen=True):
    """Selections against stores."""

    estate: Estate
    domains: Domains
    _seen: dict[tuple[int, int], Matched] = field(default_factory=dict)
    _tags: dict[int, dict[str, Value] | Unknown] = field(default_factory=dict)

    def near(self, selections: Sequence[Resource], stores: Sequence[Resource]) -> Iterator[tuple[Resource, list[Resource]]]:
        """Each selection with the stores that it may reach: those that it names, or that may lie in its account or its input."""
        places: dict[object, list[int]] = {}
        for number, store in enumerate(stores):
            for place in (*self._places(store), store.place, id(store)):
                places.setdefault(place, []).append(number)
        for each in selections:
            wanted = self._named_alone(each) or self._places(each)
            yield each, [stores[number] for number in sorted({n for place in wanted for n in places.get(place, ())})]

    def _named_alone(self, selection: Resource) -> list[object]:
        """What a selection names, where it goes by references alone and nothing is left to say of other stores."""
        values = selection.get("resources")
        asks = selection.get("selection_tag") is not None or selection.get("condition") is not None
        if not isinstance(values, list) or asks or self.estate.playing("region_settings"):
            return []
        found: list[object] = []
        for each in values:
            met = self.estate.index.find(each, selection, lambda kind: kind in self.estate.entries)
            if not isinstance(each, Unknown) or met.unresolved:
                return []
            found += [(selection.inside, reference.address) for reference in each.references]
            found += map(id, met.resources)
        return found

    def _places(self, resource: Resource) -> tuple[object, ...]:
        domain = self.domains.of(resource)
        return (resource.inside,), domain.key, domain.id if isinstance(domain.id, str) else (resource.inside,)

    def match(self, selection: Resource, store: Resource) -> Matched:
        """Whether the selection reaches the store. Asked twice, answered once."""
        key = id(selection), id(store)
        if key not in self._seen:
            self._seen[key] = self._match(selection, store)
        return self._seen[key]

    def _match(self, selection: Resource, store: Resource) -> Matched:
        entry = self.estate.entries.get(store.type)
        if entry is None or not entry.backup_service or selection.provider != store.provider:
            return Matched(False)
        together = same_domain(self.domains.of(selection), self.domains.of(store))
        if together is False or (isinstance(together, Unknown) and selection.inside != store.inside):
            return Matched(False)
        if isinstance(together, Unknown):
            # Two provider blocks of one module whose accounts are not known: a selection reaches only its own.
            return Matched(together)
        listed = self._listed(selection, store)
        tagged = self._tagged(selection, store)
        names = selection.get("resources") is not None
        tags = bool(selection.blocks("selection_tag"))
        outcome = _either(listed.outcome if names else False, tagged.outcome if tags else False)
        if not names and not tags:
            outcome = True
        conditioned = self._conditioned(selection, store)
        outcome = _both(outcome, conditioned.outcome)
        if outcome is not False:
            outcome = _both(outcome, _not(self._left_out(selection, store)))
        opted = self._opted_out(selection, store, entry.backup_service)
        if opted and not (names and listed.outcome is True):
            return Matched(False, near_miss=opted)
        near = "" if outcome is not False else tagged.near_miss or conditioned.near_miss
        if near and (self.estate.hides_tags(store) or selection.hides("selection_tag") or selection.hides("condition")):
            near = "its tags differ from those that the selection asks for"
        return Matched(
            outcome,
            "selects it" + (" by its ARN" if listed.outcome is True and names else " by its tags" if tags else ""),
            near,
        )

    def _listed(self, selection: Resource, store: Resource) -> Matched:
        value = selection.get("resources")
        return Matched(self._any_names(value, selection, store))

    def _left_out(self, selection: Resource, store: Resource) -> Truth:
        return self._any_names(selection.get("not_resources"), selection, store)

    def _any_names(self, value: Value, selection: Resource, store: Resource) -> Truth:
        if isinstance(value, Unknown):
            # A plan loses the whole list where one ARN in it is not known yet, and keeps what the list refers to. A store
            # whose ARN is named is in it; another may be, by a literal that was lost.
            arns = {each.address for each in value.references if each.attribute == "arn"}
            named = store.address in arns and store.inside == selection.inside and len(arns) == len(value.references)
            return True if named else value
        outcome: Truth = False
        for each in value if isinstance(value, list) else []:
            outcome = _either(outcome, self._names(each, selection, store))
        return outcome

    def _names(self, value: Value, selection: Resource, store: Resource) -> Truth:
        if isinstance(value, Unknown):
            addresses = {reference.address for reference in value.references}
            if store.address in addresses and store.inside == selection.inside:
                return True
            met = self.estate.index.find(value, selection, lambda kind: kind in self.estate.entries)
            if met.unresolved:
                return value
            if any(each is store for each in met.resources):
                return True if met.certain or strip_keys(store.address) in addresses else value
            return False
        entry = self.estate.entries[store.type]
        if value == "*" or not isinstance(value, str):
            return value == "*"
        own = store.get("arn")
        if not entry.arn and not isinstance(own, str):
            return Unknown(f"the ARN of {store.address} is not known")
        pattern = own if isinstance(own, str) else arn_pattern(entry.arn, store)
        if not patterns_meet(value, pattern):
            return False
        vague = "*" in pattern.rsplit(":", 1)[-1] and not fnmatchcase(pattern.rsplit(":", 1)[-1], value.split(":", 5)[-1])
        return Unknown(f"the name of {store.address} is not known") if vague else True

    def _tags_of(self, store: Resource) -> dict[str, Value] | Unknown:
        if id(store) not in self._tags:
            self._tags[id(store)] = self.estate.tags(store)
        return self._tags[id(store)]

    def _tagged(self, selection: Resource, store: Resource) -> Matched:
        tags = self._tags_of(store)
        outcome: Truth = False
        near = ""
        for each in selection.blocks("selection_tag"):
            if isinstance(each, Unknown) or isinstance(tags, Unknown):
                return Matched(each if isinstance(each, Unknown) else tags)  # type: ignore[arg-type]
            if isinstance(each, dict):
                hit, close = _tag(tags, each.get("key"), each.get("value"))
                outcome, near = _either(outcome, hit), near or close
        return Matched(outcome, near_miss=near)

    def _conditioned(self, selection: Resource, store: Resource) -> Matched:
        tags = self._tags_of(store)
        outcome: Truth = True
        near = ""
        for operator, key, value in _conditions(selection):
            if isinstance(key, Unknown) or isinstance(value, Unknown) or isinstance(tags, Unknown) or key is None:
                unsure = next((each for each in (key, value, tags) if isinstance(each, Unknown)), None)
                outcome = _both(outcome, unsure if unsure is not None else Unknown("a condition without a key"))
                continue
            name = str(key).removeprefix(_TAG_KEY)
            held, close = _condition(operator, tags, name, str(value))
            outcome, near = _both(outcome, held), near or close
        return Matched(outcome, near_miss=near)

    def _opted_out(self, selection: Resource, store: Resource, service: str) -> str:
        for each in self.estate.playing("region_settings"):
            value = each.get("resource_type_opt_in_preference")
            same_place = (
                same_domain(self.domains.of(each), self.domains.of(selection)) is True and each.inside == selection.inside
            )
            if same_place and isinstance(value, dict) and same(value.get(service), other=False):
                return f"{each.address} opts {service} out of AWS Backup, so {store.address} is skipped in silence"
        return ""


def _conditions(selection: Resource) -> Iterator[tuple[str, Value, Value]]:
    for block in selection.blocks("condition"):
        if isinstance(block, Unknown):
            yield "string_equals", block, None
        elif isinstance(block, dict):
            for operator in _CONDITIONS:
                each = block.get(operator)
                for item in each if isinstance(each, list) else [each] if each is not None else []:
                    if isinstance(item, Unknown):
                        yield operator, item, None
                    elif isinstance(item, dict):
                        yield operator, item.get("key"), item.get("value")


def _condition(operator: str, tags: dict[str, Value], key: str, value: str) -> tuple[Truth, str]:
    mine = tags.get(key)
    if isinstance(mine, Unknown):
        return mine, ""
    text = None if mine is None else str(mine)
    like = text is not None and fnmatchcase(text, value)
    if operator == "string_equals":
        return _tag(tags, key, value)
    if operator == "string_like":
        return like, ""
    return (text != value if operator == "string_not_equals" else not like), ""


def _tag(tags: dict[str, Value], key: Value, value: Value) -> tuple[Truth, str]:
    """Whether the tags hold the pair exactly, and by how little they do not."""
    if isinstance(key, Unknown) or isinstance(value, Unknown):
        return (key if isinstance(key, Unknown) else value), ""  # type: ignore[return-value]
    mine = tags.get(str(key))
    if isinstance(mine, Unknown):
        return mine, ""
    if mine == value:
        return True, ""
    for name, held in tags.items():
        if isinstance(held, str) and name.lower() == str(key).lower():
            if held == value:
                return (
                    False,
                    f"it is tagged {name} = {held}, and the selection asks for {key} = {value}: tag keys are case-sensitive",
                )
            if held.lower() == str(value).lower() and name == key:
                return (
                    False,
                    f"it is tagged {name} = {held}, and the selection asks for {key} = {value}: tag values are case-sensitive",
                )
            return False, f"it is tagged {name} = {held}, and the selection asks for {key} = {value}"
    return False, ""


def _either(one: Truth, other: Truth) -> Truth:
    if one is True or other is True:
        return True
    return one if isinstance(one, Unknown) else other


def _both(one: Truth, other: Truth) -> Truth:
    if one is False or other is False:
        return False
    return one if isinstance(one, Unknown) else other


def _not(one: Truth) -> Truth:
    return one if isinstance(one, Unknown) else not one
