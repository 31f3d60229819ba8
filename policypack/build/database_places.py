"""Where the objects of databases lie: the resource that is meant, or what the inputs do not show."""

from __future__ import annotations

from msgspec import Struct

from policypack.build.database_rights import Level, Right, on_a_part
from policypack.build.domains import first_written
from policypack.build.environments import environment_of
from policypack.build.identity_documents import Documents
from policypack.build.scoped import spot_of
from policypack.model import Domain, Resource, Scope, Spot, Truth, Unknown, replace, same_domain
from policypack.model import Level as Height

# One thing under two types: older and newer resources of the same clusters.
_ALIKE = {
    "mongodbatlas_advanced_cluster": ("mongodbatlas_advanced_cluster", "mongodbatlas_cluster", "mongodbatlas_flex_cluster")
}
_UNSAID = Unknown("which database is meant is not said")


class Placed(Struct, frozen=True):
    """The scope of a right, its actions there, whether it holds, and the one type that it is about ("": all that lies beneath)."""

    scope: Scope
    actions: tuple[str, ...]
    condition: Truth
    only: str = ""


class Places(Struct, frozen=True, dict=True):
    """The scopes of rights in one dialect."""

    documents: Documents
    provider: str

    def at(self, thing: Resource) -> Scope:
        """The scope of one resource."""
        domain = self.documents.domains.of(thing)
        return Scope(self.provider, Height.THING, spot_of(thing, self.documents.estate), domain)

    def of(self, right: Right) -> Placed | None:
        """The scope of a right, its actions there, and its condition. What the inputs do not show counts where its name does not
        say that it is of another environment than production; None where it does."""
        if right.itself is not None:
            return Placed(self.at(right.itself), right.actions, right.condition)
        domain = self.documents.domains.of(right.holder)
        if not right.at:
            return Placed(Scope(self.provider, Height.DOMAIN, domain=domain), right.actions, right.condition)
        if not any(kind for kind, _ in right.at):
            return self._part_of_all(right, domain)
        thing: Resource | None = None
        depth = 0
        for number, level in enumerate(right.at):
            inner = self._resource(level, right.holder, thing, domain) if number == depth else None
            if inner is not None:
                thing, depth = inner, number + 1
        if thing is not None:
            if depth == len(right.at):
                return Placed(self.at(thing), right.actions, right.condition)
            # What is named and is no resource lies in the thing beside the resources that lie in it.
            only = thing.type if right.at[depth][0] else ""
            return Placed(self.at(thing), on_a_part(right.actions), right.condition, only)
        return self._unseen(right, domain)

    def _resource(self, level: Level, holder: Resource, outer: Resource | None, domain: Domain) -> Resource | None:
        """The resource that a level of an object names, inside of what the level before it named."""
        kind, name = level
        if not kind or name is None:
            return None
        estate = self.documents.estate
        found = estate.index.find(name, holder, lambda other: other in _ALIKE.get(kind, (kind,))).resources
        here = [each for each in found if same_domain(self.documents.domains.of(each), domain) is not False]
        here = [each for each in here if outer is None or self._lies_in(each, outer)]
        return here[0] if len(here) == 1 else None

    def _lies_in(self, thing: Resource, outer: Resource) -> bool:
        estate = self.documents.estate
        entry = estate.entries.get(thing.type)
        home = first_written(thing, entry.lies_in) if entry is not None and entry.lies_in else None
        if home is None:
            return True
        named = estate.index.find(home, thing, lambda kind: kind == outer.type).resources
        return outer in named

    def _part_of_all(self, right: Right, domain: Domain) -> Placed | None:
        """What is no resource type lies in whatever holds data in the domain."""
        name = right.at[0][1]
        if isinstance(name, str) and self._elsewhere(name, right.holder, domain):
            return None
        return Placed(Scope(self.provider, Height.DOMAIN, domain=domain), on_a_part(right.actions), right.condition)

    def _unseen(self, right: Right, domain: Domain) -> Placed | None:
        kind, name = right.at[0]
        called: str | Unknown = name if isinstance(name, (str, Unknown)) else _UNSAID
        if isinstance(called, str) and self._elsewhere(called, right.holder, domain):
            return None
        actions = right.actions if len(right.at) == 1 else on_a_part(right.actions)
        return Placed(Scope(self.provider, Height.THING, Spot(kind, called), domain), actions, right.condition)

    def _elsewhere(self, name: str, holder: Resource, domain: Domain) -> bool:
        """Whether the name of an object says that it is not of production."""
        named = replace(holder, values={"name": name}, address=holder.type)
        environment = environment_of(named, domain, self.documents.estate)
        return environment.recognised and not environment.production
