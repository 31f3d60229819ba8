"""Everything that can be acted on, by number: things, domains, what stands above domains. And which of it a scope covers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from msgspec import Struct, field

from policypack.authority.reach import bits
from policypack.model import Domain, Identity, Infrastructure, Level, Scope, Site, Spot, Truth, Unknown

Both = tuple[int, int]
"""Sets of sites as bits: certainly, and at least possibly."""
NOWHERE: Both = (0, 0)
Place = tuple[str, str]


def key_of(domain: Domain) -> tuple[str, str]:
    """What domains that are certainly one have in common."""
    return domain.provider, domain.id if isinstance(domain.id, str) else f"#{domain.key}"


class Sites(Struct, frozen=True, dict=True):
    """The sites of the platforms that roles are granted on. Numbers are places in `all`."""

    infrastructure: Infrastructure
    identities: Sequence[Identity]
    providers: frozenset[str]
    _covered: dict[Scope, Both] = field(default_factory=dict)
    _beneath: dict[Both, Both] = field(default_factory=dict)

    @cached_property
    def all(self) -> tuple[Site, ...]:
        """Things first, in the order of the inputs, then domains, then what stands above."""
        things = [each for each in self.infrastructure.sites.values() if each.provider in self.providers]
        scopes = [grant.scope for identity in self.identities for grant in identity.grants]
        domains = dict(self._domains(things, scopes))
        above = dict.fromkeys(self._above([*things, *domains.values()], scopes))
        return (*things, *domains.values(), *(self._high(*each) for each in above))

    def _domains(self, things: Iterable[Site], scopes: Iterable[Scope]) -> Iterator[tuple[tuple[str, str], Site]]:
        shown = {key_of(each.domain) for each in things if each.level is Level.DOMAIN and each.domain is not None}
        every: list[Site | Scope] = [*things, *scopes]
        for each in every:
            domain = each.domain
            if domain is None or key_of(domain) in shown:
                continue
            shown.add(key_of(domain))
            above = each.above if isinstance(each, Site) else (Unknown(f"what {domain} lies in is not known"),)
            name = domain.id if isinstance(domain.id, str) else f"#{domain.key}"
            yield key_of(domain), Site(each.provider, Spot("", name), domain, above=above, level=Level.DOMAIN)

    @staticmethod
    def _above(sites: Iterable[Site], scopes: Iterable[Scope]) -> Iterator[tuple[str, tuple[str | Unknown, ...]]]:
        shown = {(each.provider, each.above[0]) for each in sites if each.level is Level.ABOVE and each.above}
        for site in sites:
            for number, name in enumerate(site.above if site.level is not Level.ABOVE else ()):
                if isinstance(name, str) and (site.provider, name) not in shown:
                    shown.add((site.provider, name))
                    yield site.provider, site.above[number:]
        for scope in scopes:
            if scope.level is Level.ABOVE and (scope.provider, scope.above) not in shown:
                shown.add((scope.provider, scope.above))
                yield scope.provider, (scope.above, Unknown("what stands above it is not known"))

    @staticmethod
    def _high(provider: str, above: tuple[str | Unknown, ...]) -> Site:
        return Site(provider, Spot("", above[0]), above=above, level=Level.ABOVE)

    @cached_property
    def number_at(self) -> Mapping[Place, int]:
        """Input and address of a resource -> the number of its site."""
        return {place: number for number, each in enumerate(self.all) if (place := each.spot.place) is not None}

    @cached_property
    def domain_numbers(self) -> Mapping[tuple[str, str], int]:
        """What domains that are one have in common -> the number of the domain's own site."""
        return {
            key_of(each.domain): number
            for number, each in enumerate(self.all)
            if each.level is Level.DOMAIN and each.domain is not None
        }

    def number_of(self, scope: Scope) -> int:
        """The site that a scope is made at; one beyond all where the inputs show none."""
        if scope.level is Level.THING and scope.spot is not None and scope.spot.place is not None:
            return self.number_at.get(scope.spot.place, len(self.all))
        if scope.level is Level.DOMAIN and scope.domain is not None:
            return self.domain_numbers.get(key_of(scope.domain), len(self.all))
        if scope.level is Level.ABOVE:
            return self._high_numbers.get((scope.provider, scope.above), len(self.all))
        return len(self.all)

    @cached_property
    def _high_numbers(self) -> Mapping[tuple[str, str | Unknown], int]:
        return {(each.provider, each.above[0]): number for number, each in enumerate(self.all) if each.level is Level.ABOVE}

    @cached_property
    def everywhere(self) -> int:
        """All sites."""
        return (1 << len(self.all)) - 1

    def where(self, fits: Callable[[Site], bool]) -> int:
        """The sites that fit, as bits."""
        found = 0
        for number, each in enumerate(self.all):
            found |= 1 << number if fits(each) else 0
        return found

    def covered(self, scope: Scope) -> Both:
        """The sites at which a scope holds."""
        if scope not in self._covered:
            self._covered[scope] = self._cover(scope)
        return self._covered[scope]

    def _cover(self, scope: Scope) -> Both:
        certain = possible = 0
        some = ((self.all[number], 1 << number) for number in self._candidates(scope))
        for site, sites in self._by_domain if scope.level is Level.DOMAIN else some:
            covers = scope.covers(site)
            if covers is not False:
                possible |= sites
                certain |= sites if covers is True else 0
        return certain, possible

    @cached_property
    def _by_domain(self) -> tuple[tuple[Site, int], ...]:
        """Sites that a domain's scope does not tell apart, as bits, with one of them."""
        found: dict[tuple[object, ...], int] = {}
        for number, each in enumerate(self.all):
            key = (each.provider, each.level is Level.ABOVE, each.domain)
            found[key] = found.get(key, 0) | 1 << number
        return tuple((self.all[next(bits(sites))], sites) for sites in found.values())

    def _candidates(self, scope: Scope) -> Iterable[int]:
        """The sites worth a look: a thing that the inputs show is looked for where it is named."""
        if scope.level is not Level.THING or scope.spot is None or scope.spot.place is None:
            return range(len(self.all))
        return (*self._naming.get(scope.spot.place, ()), *self._unplaced)

    @cached_property
    def _naming(self) -> Mapping[Place, list[int]]:
        found: dict[Place, list[int]] = defaultdict(list)
        for number, site in enumerate(self.all):
            for place in dict.fromkeys(each.place for each in (site.spot, *site.within) if each.place is not None):
                found[place].append(number)
        return found

    @cached_property
    def _unplaced(self) -> tuple[int, ...]:
        """The sites that are, or lie in, something that is known by name alone."""
        return tuple(
            number
            for number, site in enumerate(self.all)
            if site.level is Level.THING and any(each.place is None for each in (site.spot, *site.within))
        )

    def beneath(self, numbers: Both) -> Both:
        """These sites with all that lies beneath them."""
        if numbers not in self._beneath:
            self._beneath[numbers] = self._below(numbers)
        return self._beneath[numbers]

    def _below(self, numbers: Both) -> Both:
        certain, possible = numbers
        for number in bits(numbers[1]):
            must, may = self.covered(scope_of(self.all[number]))
            certain |= must if numbers[0] >> number & 1 else 0
            possible |= may
        return certain, possible

    @cached_property
    def things(self) -> int:
        """The sites that are one thing each."""
        return self.where(lambda site: site.level is Level.THING)

    def widest(self, sites: int) -> int:
        """The first of some sites that has most beneath it, as far as that is told by what it is: a domain, what stands above, a
        thing."""
        for level in self._by_level:
            if sites & level:
                return next(bits(sites & level))
        return next(bits(sites))

    @cached_property
    def _by_level(self) -> tuple[int, ...]:
        return tuple(self.where(lambda site, level=level: site.level is level) for level in (Level.DOMAIN, Level.ABOVE))  # type: ignore[misc]

    def holds(self, truth: Callable[[Site], Truth], within: Both) -> Both:
        """Those of `within` for which something holds."""
        certain = possible = 0
        for number in bits(within[1]):
            found = truth(self.all[number])
            if found is not False:
                possible |= 1 << number
                certain |= 1 << number if found is True else 0
        return certain & within[0], possible


def scope_of(site: Site) -> Scope:
    """The scope of a grant that is made at a site."""
    if site.level is Level.ABOVE:
        return Scope(site.provider, Level.ABOVE, above=site.above[0])
    if site.level is Level.DOMAIN:
        return Scope(site.provider, Level.DOMAIN, domain=site.domain)
    return Scope(site.provider, Level.THING, site.spot, site.domain)
