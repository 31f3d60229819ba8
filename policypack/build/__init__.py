"""Resources, catalog and settings become the picture that checks judge."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from msgspec import Struct

from policypack.build.backup_plans import BackupPlans
from policypack.build.buckets import Buckets
from policypack.build.companions import Companions
from policypack.build.copies import Copies
from policypack.build.copy_facts import exists
from policypack.build.credentials import credentials
from policypack.build.domains import Domains
from policypack.build.dumps import Dumps
from policypack.build.environments import environment_of
from policypack.build.estate import Estate, as_before, changes_what_exists, one_of_each
from policypack.build.gaps import gaps, keeper_of
from policypack.build.guards import guard_facts, guards, prevent_destroy
from policypack.build.languages import speaks
from policypack.build.manifests import restated
from policypack.build.safeguards import safeguards
from policypack.build.schedules import Schedules
from policypack.build.vaults import Vaults
from policypack.build.weakening import weakening
from policypack.catalog import Catalog
from policypack.model import Copy, Gap, Guard, GuardKind, Infrastructure, Input, Resource, Store, Unknown, Vault, replace
from policypack.settings import Settings

# The types that make somebody who can act, or bind somebody.
_LETS_IN = ("bucket_policy", "store_policy", "data_policy", "vault_policy")
_ACCESS = ("aws_iam_", "aws_organizations_policy", "aws_ssoadmin_", "aws_eks_access_")


def build(inputs: Sequence[Input], catalog: Catalog, settings: Settings) -> Infrastructure:
    """The picture of all inputs together, and the picture before their plans are applied where they change anything."""
    estate = _estate(inputs, catalog, settings)
    made = _build(estate)
    made = replace(made, gaps=(*made.gaps, *_outside(estate, made)))
    if changes_what_exists(inputs):
        made = replace(made, before=_build(_estate([as_before(each) for each in inputs], catalog, settings)))
    return made


def _estate(inputs: Sequence[Input], catalog: Catalog, settings: Settings) -> Estate:
    return Estate(tuple(inputs), restated(one_of_each(inputs, catalog), catalog), catalog, settings)


def _outside(estate: Estate, picture: Infrastructure) -> Iterator[Gap]:
    if not picture.identities and not picture.stores:
        return
    from policypack.build.outside import outside

    yield from outside(estate, picture)


def _build(estate: Estate) -> Infrastructure:
    domains = Domains(estate)
    vaults = Vaults(estate, domains)
    buckets = Buckets(estate, domains)
    plans = BackupPlans(estate, domains, vaults)
    held = [each for each in estate.resources if _is_store(each, estate)]
    copies = _copies(estate, domains, plans, buckets, held)
    companions = Companions(estate, domains)
    stores = tuple(_store(each, _Parts(estate, domains, buckets, companions), copies) for each in held)
    standing = [each for each in held if not each.goes and estate.entries[each.type].backup_service]
    picture = Infrastructure(
        inputs=estate.inputs,
        resources=estate.resources,
        stores=stores,
        vaults=tuple(_filled(vaults, copies)),
        missed=tuple(plans.missed(standing)),
        safeguards=tuple(safeguards(estate, domains)),
        credentials=tuple(credentials(estate, domains)),
        restore_tests=tuple(estate.playing("restore_test")),
        provider_guards=tuple(_provider_guards(estate)),
        gaps=tuple(gaps(estate)),
        states={each.path: keeper.place for each in estate.inputs if (keeper := keeper_of(each, estate)) is not None},
        thresholds=estate.settings.thresholds,
    )
    return _with_approvals(_with_access(picture, estate, domains), estate, domains)


def _with_approvals(picture: Infrastructure, estate: Estate, domains: Domains) -> Infrastructure:
    """The picture with what stands between a plan and its apply, where the inputs say anything about that."""
    told = any(each.repository is not None for each in estate.inputs)
    if not told and not any(estate.catalog.approval(kind) for kind in estate.by_type):
        return picture
    from policypack.build.approvals import approvals

    found = approvals(estate, domains, picture.identities)
    return replace(picture, approvals=found.approvals, gaps=(*picture.gaps, *found.gaps))


def _with_access(picture: Infrastructure, estate: Estate, domains: Domains) -> Infrastructure:
    """The picture with who can act in it. Where nobody can, what knows how to tell is not even imported: a policy on a store may
    still name somebody outside."""
    picture = _with_roles(picture, estate, domains)
    acts = any(each.mode == "managed" and each.type.startswith(_ACCESS) for each in estate.resources)
    if not acts and not estate.playing(*_LETS_IN):
        return picture
    from policypack.build.identities import Identities
    from policypack.build.identity_documents import Documents

    documents = Documents(estate, domains)
    who = Identities(documents)
    everybody = (*who.all, *picture.identities)
    unseen: tuple[Gap, ...] = ()
    if who.all:
        from policypack.build.database_signins import signing_in
        from policypack.build.pod_roles import of_pods

        everybody, unseen = signing_in(of_pods(everybody, documents))
    return replace(
        picture,
        identities=everybody,
        resource_policies=who.resource_policies,
        roles_held={**who.roles_held, **picture.roles_held},
        gaps=(*picture.gaps, *(replace(each, access=True) for each in (*who.gaps, *unseen))),
    )


def _with_roles(picture: Infrastructure, estate: Estate, domains: Domains) -> Infrastructure:
    """The picture with who can act on platforms that grant roles at places."""
    modules = speaks(estate)
    if not modules:
        return picture
    from policypack.build.identity_documents import Documents
    from policypack.build.scoped import acting

    found = acting(modules, Documents(estate, domains))
    return replace(
        picture,
        identities=found.identities,
        roles_held=found.roles_held,
        sites=found.sites,
        gaps=(*picture.gaps, *(replace(each, access=True) for each in found.gaps)),
    )


def _is_store(resource: Resource, estate: Estate) -> bool:
    entry = estate.entries.get(resource.type) if resource.mode == "managed" else None
    if entry is None or not entry.store:
        return False
    other = resource.written(entry.unless_set) if entry.unless_set else None
    if other is not None and not isinstance(other, Unknown):
        return False
    if entry.unless_named_in and resource.place in estate.named_elsewhere:
        return False
    return not entry.only_when_set or resource.written(entry.only_when_set) is not None


def _copies(
    estate: Estate, domains: Domains, plans: BackupPlans, buckets: Buckets, held: Sequence[Resource]
) -> dict[tuple[str, str], list[Copy]]:
    """Input and address of the store -> its copies."""
    native = Copies(estate, domains, buckets, plans.vaults)
    found: dict[tuple[str, str], list[Copy]] = defaultdict(list)
    inside = defaultdict(list)
    for each in held:
        inside[each.address].append(each.inside)
        found[each.inside, each.address] += native.native(each, estate.entries[each.type], domains.of(each))
        if estate.is_bucket(each.type):
            found[each.inside, each.address] += buckets.replicas(each)
    others = (
        *native.made_by_companions(),
        *native.replicas(),
        *plans.copies([each for each in held if estate.entries[each.type].backup_service]),
        *Schedules(estate, domains).copies([each for each in held if estate.entries[each.type].backup_service]),
        *Dumps(estate, domains, buckets).copies(held),
    )
    for copy in others:
        homes = inside.get(copy.store, [])
        home = copy.made_by.inside if copy.made_by.inside in homes or not homes else homes[0]
        found[home, copy.store].append(copy)
    for each in held:
        for outer in _containers(each, estate):
            found[each.inside, each.address] += [
                replace(copy, store=each.address) for copy in found[outer.inside, outer.address]
            ]
    return found


def _containers(resource: Resource, estate: Estate) -> Iterator[Resource]:
    """What a store lies in, where that is a store that is copied as a whole: a table's dataset."""
    for argument in estate.entries[resource.type].lies_in:
        named = resource.written(argument)
        outer = estate.index.find(named, resource, estate.is_container).only if named is not None else None
        if outer is not None and outer is not resource:
            yield outer


class _Parts(Struct, frozen=True):
    """What a store is put together from."""

    estate: Estate
    domains: Domains
    buckets: Buckets
    companions: Companions


def _store(resource: Resource, parts: _Parts, copies: dict[tuple[str, str], list[Copy]]) -> Store:
    estate = parts.estate
    entry = estate.entries[resource.type]
    domain = parts.domains.of(resource)
    mine = copies.get((resource.inside, resource.address), [])
    facts = guard_facts(resource.type, resource.provider, estate)
    # What is not made cannot be kept: backup_missing speaks of a switch that is off.
    never = {each.kept_by for each in entry.backups if each.on is not None and exists(each, resource, estate) is False}
    facts = tuple(each for each in facts if not (each.kind == GuardKind.BACKUPS_KEPT.value and each.attribute in never))
    own: list[Guard] = [*guards(facts, resource, estate), *prevent_destroy(resource)]
    if estate.is_bucket(resource.type):
        own += parts.buckets.guards(resource)
    own += parts.companions.guards(resource, mine)
    protects = [each for each in own if each.kind is GuardKind.DELETION_PROTECTION and each.enforced.value == "api"]
    return Store(
        resource,
        entry.kind,
        entry.tier,
        environment_of(resource, domain, estate),
        domain,
        tuple(own),
        tuple(mine),
        protectable=bool(protects),
        backupable=entry.backupable and not (entry.replica_of and resource.written(entry.replica_of) is not None),
        container=entry.container,
        label=entry.label or entry.kind.replace("_", " "),
        substitute=entry.substitute,
        delete_actions=entry.delete_actions,
        weakening=tuple(weakening(resource, entry)),
    )


def _filled(vaults: Vaults, copies: dict[tuple[str, str], list[Copy]]) -> Iterator[Vault]:
    """The vaults with the stores whose recovery points they hold."""
    stores: dict[tuple[str, str], set[str]] = defaultdict(set)
    for found in copies.values():
        for copy in found:
            if copy.held_in is not None:
                stores[copy.held_in.inside, copy.held_in.address].add(copy.store)
    for key, vault in vaults.all.items():
        yield replace(vault, stores=tuple(sorted(stores[key])))


def _provider_guards(estate: Estate) -> Iterator[Guard]:
    for source in estate.inputs:
        seen = [each for each in estate.resources if each.inside == source.path] if source.providers else []
        bare = set(source.counts) - {each.type for each in seen}  # of these only the number is known
        for key, block in sorted(source.providers.items()):
            provider = estate.catalog.provider(block.provider)
            facts = provider.guards if provider else ()
            made = {each.type for each in seen if each.mode == "managed" and each.provider_key in {key, ""}} if facts else set()
            yield from guards(
                (each for each in facts if not each.concerns or made.union(bare) & set(each.concerns)), block, estate
            )
