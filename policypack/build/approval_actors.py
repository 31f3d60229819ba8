"""Who somebody is whom a gate names: an agent, as far as names, settings and memberships tell."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cached_property

from msgspec import Struct

from policypack.build.estate import Estate
from policypack.build.identity_kinds import says_agent
from policypack.catalog.approval import ActorsFact
from policypack.model import Evidence, Location, Resource, Truth, Unknown, Value, replace
from policypack.model.approvals import Actor

_NAMES = ("username", "login", "slug", "name", "email")
_DEPTH = 4
HIDDEN = "somebody whose name is not shown"


class Actors(Struct, frozen=True, dict=True):
    """Tells who values name."""

    estate: Estate

    @cached_property
    def members(self) -> dict[tuple[str, str], list[tuple[Resource, Value]]]:
        """Input and address of a group -> who is made a member of it, with the resource that does."""
        found: dict[tuple[str, str], list[tuple[Resource, Value]]] = {}
        for each in self.estate.resources:
            fact = self.estate.catalog.approval(each.type) if each.mode == "managed" and not each.goes else None
            if fact is None or fact.role != "member":
                continue
            group = self._resource(each.get(fact.group), each)
            if group is not None:
                holders = [block for block in each.blocks(fact.each) if isinstance(block, dict)] if fact.each else [each.values]
                found.setdefault(group.place, []).extend((each, holder.get(fact.who)) for holder in holders)
        return found

    def named(self, fact: ActorsFact, holder: Resource) -> Iterator[Actor]:
        """Everybody whom an argument names."""
        location = holder.at(fact.argument)
        for value, kind in self._values(fact, holder):
            if fact.kinds and isinstance(kind, str) and kind not in fact.kinds:
                continue
            told = f"{kind} {_shown(value)}".strip() if isinstance(kind, str) and kind else _shown(value)
            told = HIDDEN if hides(holder, fact.argument) else told
            machine = fact.machine or (isinstance(kind, str) and kind in fact.machines)
            if machine:
                said = f"{told} is no person: whoever holds its key acts as it"
                evidence = Evidence(f"{fact.argument} has {told}", holder.address, location)
                yield Actor(told, agent=True, reason=said, evidence=evidence, passes=fact.passes)
            else:
                named = Evidence(f"{fact.argument} has {told}", holder.address, location)
                yield self.who(value, holder, named, passes=fact.passes, hidden=told == HIDDEN)

    def who(  # noqa: PLR0913 - the same question with what is known already
        self, value: Value, holder: Resource, evidence: Evidence, *, passes: bool = False, depth: int = 0, hidden: bool = False
    ) -> Actor:
        """Who a value names, seen from the resource that holds it. `hidden`: the value may not be shown."""
        resource = self._resource(value, holder)
        texts = [*_texts(value), *(self._texts_of(resource) if resource else [])]
        label = HIDDEN if hidden else resource.address if resource else _shown(value)
        if reason := self._agent(texts, resource):
            reason = "its name says so" if label == HIDDEN else reason
            return Actor(label, agent=True, reason=reason, evidence=evidence, passes=passes)
        for source, member in self.members.get(resource.place, []) if resource and depth < _DEPTH else ():
            joined = Evidence(f"{source.address} makes it a member of {label}", source.address, source.location)
            found = self.who(member, source, joined, depth=depth + 1)
            if found.agent is True:
                return Actor(
                    label, agent=True, reason=f"{found.label} is in it: {found.reason}", evidence=evidence, passes=passes
                )
        known: Truth = (
            False if any(not text.isdigit() for text in self._telling(value, resource)) else Unknown(f"who {label} is")
        )
        return Actor(label, agent=known, reason="", evidence=evidence, passes=passes)

    def owner(self, name: str, location: Location) -> Actor:
        """Who an owner in a CODEOWNERS file is."""
        reason = self._agent([name], None)
        return Actor(name, agent=bool(reason), reason=reason, evidence=Evidence(f"{name} owns it", "", location))

    def _values(self, fact: ActorsFact, holder: Resource) -> Iterator[tuple[Value, Value]]:
        """The values that name somebody, with what kind of somebody each is."""
        value = holder.get(fact.argument)
        if not fact.who:
            for each in value if isinstance(value, list) else [] if value is None else [value]:
                for one in _apart(each):
                    yield one, None
            return
        for block in value if isinstance(value, list) else [] if value is None else [value]:
            if isinstance(block, Unknown):
                yield block, None
            elif isinstance(block, dict) and (block.get(fact.who) is not None or fact.kind):
                yield block.get(fact.who), block.get(fact.kind) if fact.kind else None

    def _resource(self, value: Value, holder: Resource) -> Resource | None:
        if isinstance(value, (int, str)) and not isinstance(value, bool):
            return self.estate.index.find(str(value), holder, lambda kind: self.estate.catalog.approval(kind) is not None).only
        if isinstance(value, Unknown):
            return self.estate.index.find(value, holder, lambda _: True).only
        return None

    def _texts_of(self, resource: Resource) -> list[str]:
        parts = resource.configured_address.split(".")
        return [parts[-1], *(value for name in _NAMES if isinstance(value := resource.get(name), str))]

    def _telling(self, value: Value, resource: Resource | None) -> list[str]:
        """The texts that tell who somebody is: not those of a variable, whose name is only a hint."""
        return [*([value] if isinstance(value, str) else []), *(self._texts_of(resource) if resource else [])]

    def _agent(self, texts: list[str], resource: Resource | None) -> str:
        """What says that it is an agent, "" where nothing does."""
        for pattern in self.estate.settings.agents:
            escaped = pattern.replace("[", "[[]")
            known = [*texts, *([resource.address, resource.configured_address] if resource else [])]
            if any(fnmatchcase(text, escaped) for text in known):
                return f"policypack.yaml: agents has {pattern}"
        return next((f'its name says "{word}"' for text in texts if (word := says_agent(text))), "")


def hides(holder: Resource, path: str) -> bool:
    """Whether anything at a dotted path, in whichever of several blocks, may not be shown."""
    plain = {".".join(part for part in each.split(".") if not part.isdigit()) for each in holder.sensitive}
    return any(each == path or each.startswith(f"{path}.") or path.startswith(f"{each}.") for each in plain)


def _apart(value: Value) -> list[Value]:
    """A list that is not known as a whole names everybody whom it refers to."""
    if not isinstance(value, Unknown) or len({each.address for each in value.references}) < 2:
        return [value]
    return [replace(value, references=(each,), parts=()) for each in value.references]


def _texts(value: Value) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Unknown):
        return [each.address.removeprefix("var.").removeprefix("local.") for each in value.references]
    return []


def _shown(value: Value) -> str:
    if isinstance(value, Unknown):
        return ", ".join(str(each) for each in value.references) or "somebody who cannot be told"
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
