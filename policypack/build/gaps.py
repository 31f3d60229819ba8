"""What the picture does not show, said in so many words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from policypack.build.estate import Estate
from policypack.build.languages import speaks_of
from policypack.model import Gap, Input, Location, Resource

# Arguments that hardly anything has but what holds data, and names of types that make bearer secrets or give somebody a right.
_STORES = re.compile(
    r"(?:^|[._])(?:(?:deletion|delete|termination)_protection|backups?|retention|force_destroy|skip_final_snapshot)(?:_|$)"
)
_TOKENS = re.compile(r"_(?:token|api_key|access_key|secret_key|service_account_key|service_principal_password|credentials?)$")

_ACCESS = re.compile(r"_(?:(?:role|principal|permission|access_policy)_(?:assignment|binding)|role_(?:user|team))$")


def gaps(estate: Estate) -> Iterator[Gap]:
    """What the picture lacks: what no catalog knows, and what lies outside the inputs. The readers' own gaps stay with the inputs."""
    for each in estate.playing("opaque"):
        yield Gap(f"{each.address} may hold stores that Terraform does not show", each.location, inputs=(each.inside,))
    for source in estate.inputs:
        yield from _uncovered(source.path, estate, dict(source.counts))
        yield from _unknown_stores(source, estate)
        yield from _unjudged_access(source, estate)
        if source.kind == "plan" and source.resources and not source.has_source:
            reason = "a plan holds neither lifecycle blocks nor the backend: give its module with --source to have them judged"
            yield Gap(reason, Location(source.path), inputs=(source.path,))
        if isinstance(source.backend, Resource) and (fact := estate.catalog.state_of(source.backend.type)) is not None:
            named = source.backend.get(fact.argument) is not None
            if named and keeper_of(source, estate) is None:
                text = "the bucket of the state is not among the inputs: how it is protected cannot be told"
                yield Gap(text, source.backend.location, inputs=(source.path,))


def keeper_of(source: Input, estate: Estate) -> Resource | None:
    """The store that keeps the state of an input, None where the inputs do not tell."""
    if not isinstance(source.backend, Resource):
        return None
    fact = estate.catalog.state_of(source.backend.type)
    name = source.backend.get(fact.argument) if fact else None
    if fact is None or not isinstance(name, str):
        return None
    found = [each for each in estate.by_type.get(fact.store, ()) if each.get(fact.name) == name]
    return next((each for each in found if each.inside == source.path), found[0] if found else None)


def looks_like_a_store(argument: str) -> bool:
    """Whether hardly anything has an argument of that name but what holds data."""
    return _STORES.search(argument) is not None


def _uncovered(path: str, estate: Estate, counts: dict[str, int]) -> Iterator[Gap]:
    missing: Counter[str] = Counter()
    for kind, count in counts.items():
        prefix = kind.partition("_")[0]
        known = estate.catalog.covered(prefix) or estate.catalog.entry(kind) is not None
        if not known and not estate.catalog.harmless(prefix):
            missing[prefix] += count
    for provider, count in sorted(missing.items()):
        many = "1 resource is" if count == 1 else f"{count} resources are"
        partly = estate.catalog.provider(provider) is not None
        lacks = "not all types are known of" if partly else "no catalog for"
        yield Gap(f"{lacks} provider {provider}: {many} not judged", Location(path), inputs=(path,))


def _unknown_stores(source: Input, estate: Estate) -> Iterator[Gap]:
    """Types of a covered provider that its catalog does not have, and that look as if they held data or a secret, or gave access."""
    for kind, names in sorted(source.passed_over.items()):
        prefix = kind.partition("_")[0]
        facts = estate.catalog.provider(prefix)
        if facts is None or not facts.covered or kind in facts.stateless or estate.catalog.entry(kind) is not None:
            continue
        telling = next((each for each in names if looks_like_a_store(each)), "")
        access = _ACCESS.search(kind) is not None
        if not telling and not access and not _TOKENS.search(kind):
            continue
        looks = f"a store (it has {telling})" if telling else "access that somebody is given" if access else "a credential"
        count = source.counts.get(kind, 1)
        many = "it is" if count == 1 else f"{count} of them are"
        said = f"the catalog does not have {kind}, which looks like {looks}: {many} not judged"
        yield Gap(said, Location(source.path), access=access, inputs=(source.path,))


def _unjudged_access(source: Input, estate: Estate) -> Iterator[Gap]:
    """Types of which it is known that they let somebody in, on platforms of which no language here says what that one may do, and on
    which there is anything to lose."""
    for kind, count in sorted(source.counts.items()):
        entry = estate.catalog.entry(kind)
        if entry is None or not (entry.kind == "identity" or _ACCESS.search(kind)) or speaks_of(kind, estate.catalog):
            continue
        platform = estate.catalog.platform(kind.partition("_")[0])
        held = (each for each in estate.by_type if estate.holds_data(each))
        if not any(estate.catalog.platform(each.partition("_")[0]) == platform for each in held):
            continue
        many = "1 resource" if count == 1 else f"{count} resources"
        said = f"what somebody may do whom a {kind} lets in is not judged: {many}"
        yield Gap(said, Location(source.path), access=True, inputs=(source.path,))
