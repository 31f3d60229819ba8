"""BKP-22."""

from collections.abc import Iterator

from policypack.authority.held import named, readable
from policypack.check import Finding, Severity, check
from policypack.model import IdentityKind, Infrastructure, Outcome, Power, Resource, Verb


@check(severity=Severity.MEDIUM, maps=["NIST CP-9(7)"], since="0.1.0")
def deletion_by_one_person(infrastructure: Infrastructure) -> Iterator[Finding]:
    """One person can delete what production would be restored from, and nobody else is asked.

    Why: everybody is in a hurry once, is deceived once, or leaves in anger once. What two people have to agree on, none of
    these does alone.

    Fix: keep the copies in a logically air-gapped vault with an approval team, or lock them in compliance mode, so that nobody
    deletes them before their time.

    Misses: people outside the inputs. Who can destroy the original as well is one_identity_destroys_all's. Also
    approval teams that are set up outside Terraform.
    """
    people = {each.address for each in infrastructure.identities if each.kind is IdentityKind.PERSON and not each.resource.goes}
    places: dict[tuple[str, str], tuple[Resource, list[str]]] = {}
    for store in infrastructure.irreplaceable if people else ():
        for copy in store.backups:
            if copy.held_in is not None and not copy.held_in.goes:
                place = (copy.held_in.inside, copy.held_in.address)
                places.setdefault(place, (copy.held_in, []))[1].append(store.address)
    for resource, stores in places.values():
        alone = [each for each in _deleting(infrastructure, resource, stores) if each.identity in people]
        if not alone:
            continue
        worst = max(alone, key=lambda each: each.outcome.rank)
        certain = worst.outcome is Outcome.YES
        yield Finding(
            resource,
            f"{named(sorted({each.identity for each in alone}))} {'can' if certain else 'may be able to'} delete copies of "
            f"{named(stores)} from it alone.",
            certain=certain,
            because=worst.path,
            fix="let two people approve it, or lock it in compliance mode",
        )


def _deleting(infrastructure: Infrastructure, resource: Resource, stores: list[str]) -> tuple[Power, ...]:
    from policypack.authority import authority

    answers = authority(infrastructure)
    found = [each for verb in (Verb.DESTROY_COPIES, Verb.DESTROY) for each in answers.who_can(verb, resource.address)]
    worse = {each.identity for store in stores for each in answers.destroys_all(store, proved=False)}
    return tuple(each for each in readable(found) if each.identity not in worse)
