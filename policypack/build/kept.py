"""Tokens that no resource makes, followed from where they are kept: the secrets of a pipeline, the variables of a service, the
environment of a function. The name of what is kept, or of the variable that its value comes from, tells the platform."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from policypack.build.domains import Domains
from policypack.build.environments import environment_of, named_environment
from policypack.build.estate import Estate
from policypack.build.kept_values import written
from policypack.catalog.entry import CredentialFact, KeepsFact
from policypack.model import Environment, Evidence, Resource, Truth, Unknown, Value

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


class Kept(Struct, frozen=True):
    """A token in the place where it is kept.

    `fact` is what the catalog says of such tokens. `sure` Unknown: its name only looks like that of one. `made_by` is the resource
    of the inputs that makes it, None where none does. `environment` is the one that it is kept for; where the token is `bound` to
    one environment, it reaches that and no other. `read_from` is the address of what is read to have it.
    """

    keeper: Resource
    name: str
    argument: str
    platform: str
    fact: CredentialFact
    sure: Truth
    environment: Environment
    made_by: Resource | None = None
    read_from: str = ""

    @property
    def evidence(self) -> Evidence:
        """Where it is kept, and under which name."""
        shown = f" as {self.name}" if self.name else ""
        return Evidence(f"keeps {self.fact.label}{shown}", self.keeper.address, self.keeper.at(self.argument))


class KeptTokens(Struct, frozen=True, dict=True):
    """Every token of a platform that has stores among the inputs. Where no such platform is there, nothing is looked for."""

    estate: Estate
    domains: Domains

    @cached_property
    def all(self) -> tuple[Kept, ...]:
        """In the order of the inputs; one of a kind for each keeper."""
        if not self._platforms:
            return ()
        found: dict[tuple[object, ...], Kept] = {}
        for each in self.estate.resources:
            entry = self.estate.entries.get(each.type) if each.mode == "managed" and not each.goes else None
            for fact in entry.keeps if entry else ():
                for kept in self._in(each, fact):
                    made = kept.made_by.place if kept.made_by else None
                    found.setdefault((each.place, kept.platform, kept.fact.label, made), kept)
        return tuple(found.values())

    @cached_property
    def _platforms(self) -> frozenset[str]:
        """The platforms that have stores here and tokens that are known by name."""
        catalog = self.estate.catalog
        known = set(catalog.kept_names().values())
        return frozenset(
            platform
            for kind in self.estate.entries
            if self.estate.holds_data(kind) and (platform := catalog.platform(kind.partition("_")[0])) in known
        )

    @cached_property
    def _names(self) -> Mapping[tuple[str, ...], tuple[str, CredentialFact]]:
        """The words of a known name -> its platform, and what is known of such tokens."""
        found: dict[tuple[str, ...], tuple[str, CredentialFact]] = {}
        for platform in sorted(self._platforms):
            facts = self.estate.catalog.provider(platform)
            for fact in ((facts.token,) if facts and facts.token else ()) + (facts.tokens if facts else ()):
                for name in fact.names:
                    found[_words(name)] = (platform, fact)
        return found

    def _in(self, keeper: Resource, fact: KeepsFact) -> Iterator[Kept]:
        for name, value, argument in written(keeper, fact, self.estate):
            made = self._maker(value, keeper)
            if made is not None:
                entry = self.estate.entries[made.type].credential
                assert entry is not None
                platform = self.estate.catalog.platform(made.provider)
                yield self._kept(keeper, fact, (name, value, argument), (platform, entry, True), made)
            elif (known := self._known(name, value)) is not None:
                yield self._kept(keeper, fact, (name, value, argument), known, None)

    def _kept(
        self,
        keeper: Resource,
        keeps: KeepsFact,
        written: tuple[str, Value, str],
        known: tuple[str, CredentialFact, Truth],
        made: Resource | None,
    ) -> Kept:
        name, value, argument = written
        platform, fact, sure = known
        texts = [name, *_referred(value)]
        for each in keeps.environment:
            said = keeper.get(each)
            texts += [said] if isinstance(said, str) else _referred(said)
        environment = named_environment(texts) or environment_of(keeper, self.domains.of(keeper), self.estate)
        shown = "" if keeper.hides(keeps.name or keeps.entries or keeps.named_by) else name
        whole = self._whole(keeper)
        return Kept(keeper, shown, argument, platform, fact, sure, environment, made, whole.address)

    def _whole(self, keeper: Resource) -> Resource:
        """What is read where the keeper is a part of it: the secret of a version."""
        entry = self.estate.entries[keeper.type]
        named = keeper.get(entry.member_of) if entry.member_of else None
        found = self.estate.index.find(named, keeper, lambda kind: kind in self.estate.entries and kind != keeper.type).only
        return found if found is not None else keeper

    def _maker(self, value: Value, keeper: Resource) -> Resource | None:
        """The resource of the inputs that makes what is kept."""
        for reference in value.references if isinstance(value, Unknown) else ():
            for each in self.estate.index.find(Unknown(references=(reference,)), keeper, self._is_token).resources[:1]:
                return each
        return None

    def _is_token(self, kind: str) -> bool:
        entry = self.estate.entries.get(kind)
        return bool(entry and entry.credential) and self.estate.catalog.platform(kind.partition("_")[0]) in self._platforms

    @cached_property
    def _by_first(self) -> Mapping[str, list[tuple[str, ...]]]:
        found: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        for known in self._names:
            found[known[0]].append(known)
        return found

    def _beginning(self, words: tuple[str, ...]) -> list[tuple[str, ...]]:
        """The known names that begin with one of the words."""
        return [known for word in dict.fromkeys(words) for known in self._by_first.get(word, ())]

    def _known(self, name: str, value: Value) -> tuple[str, CredentialFact, Truth] | None:
        """What is kept under a name, or comes from a variable of that name."""
        texts = [name, *(each.rpartition(".")[2] for each in _referred(value))]
        candidates = [(words, self._beginning(words)) for words in map(_words, texts)]
        for words, names in candidates:
            found = [known for known in names if _contains(words, known)]
            if found:
                return (*self._names[max(found, key=len)], True)
        for words, names in candidates:
            found = [known for known in names if _resembles(words, known)]
            if found:
                doubt = Unknown("that it is such a token is told by its name alone, which only resembles one")
                return (*self._names[max(found, key=len)], doubt)
        return None


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.upper() for word in _WORD.findall(text))


def _contains(words: tuple[str, ...], known: tuple[str, ...]) -> bool:
    """Whether the words of a known name stand in another, in a row."""
    return any(words[place : place + len(known)] == known for place in range(len(words) - len(known) + 1))


def _resembles(words: tuple[str, ...], known: tuple[str, ...]) -> bool:
    """Whether another name begins and ends as a known one does."""
    return len(known) > 1 and known[0] in words and words[-1] == known[-1]


def _referred(value: Value) -> list[str]:
    return [f"{each.address}.{each.attribute}".rstrip(".") for each in value.references] if isinstance(value, Unknown) else []
