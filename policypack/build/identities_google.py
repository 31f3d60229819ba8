"""Who can act on Google Cloud: service accounts, users, groups and federated principals, with all that is granted to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from policypack.build.environments import environment_of
from policypack.build.google_access import Given
from policypack.build.google_grants import CUSTOM, Granted
from policypack.build.google_groups import Groups
from policypack.build.google_limits import Limits
from policypack.build.google_members import ACCOUNT, Member, Members
from policypack.build.google_places import PROVIDER, Places
from policypack.build.google_running import running, runs_agents
from policypack.build.identity_documents import Documents, stands
from policypack.build.identity_kinds import Clues, recognise
from policypack.build.identity_trust import ISSUERS, Trusted
from policypack.build.scoped import Acting, Place, short, site_of
from policypack.model import Domain, Gap, Grant, Identity, IdentityKind, Level, Resource, Site, Spot, Unknown, replace

_KEYS = {"google_service_account_key": "service_account_id", "google_storage_hmac_key": "service_account_email"}
_HOLDERS = {"projectOwner": "roles/owner", "projectEditor": "roles/editor", "projectViewer": "roles/viewer"}
_ACCOUNTS = frozenset({"service_account", "build_account", "google_apis_agent"})
_PEOPLE = {"user": "a user signs in", "people": "whoever is in it acts"}


def acting(documents: Documents) -> Acting:
    """Everybody who can act, where everything lies, and what could not be told."""
    members = Members(documents)
    places = Places(documents)
    who = _Who(documents, members, places, Granted(documents, members, places))
    return Acting(
        who.identities,
        places.describe,
        {"dataset_id": "google_bigquery_dataset", "instance": "", "key_ring": "google_kms_key_ring"},
        dict(who.sites()),
        who.roles_held,
        tuple(who.gaps()),
    )


class _Who(Struct, frozen=True, dict=True):
    documents: Documents
    members: Members
    places: Places
    granted: Granted

    @cached_property
    def _known(self) -> Mapping[tuple[str, str], Member]:
        """Everybody by key: the service accounts that the inputs make, then whoever is named."""
        found = {each.place: Member(each.place, "service_account", each.address, each) for each in self.members.accounts}
        for given in self.granted.all:
            if given.member.form != "role_holders":
                found.setdefault(given.member.key, given.member)
        for each in self._groups.all:
            if not self._of_groups.keys().isdisjoint(self._groups.around(each.member)):
                found.setdefault(each.member.key, each.member)
        return found

    @cached_property
    def _of_groups(self) -> Mapping[str, list[Given]]:
        """What each group is given, by what grants call it."""
        found: dict[str, list[Given]] = defaultdict(list)
        for each in self.granted.all:
            if each.member.form == "people":
                found[each.member.name].append(each)
        return found

    @cached_property
    def _given(self) -> Mapping[tuple[str, str], list[Given]]:
        """What each is given by name, as a member of a group, or as anybody."""
        found: dict[tuple[str, str], list[Given]] = defaultdict(list)
        everybody = [each for each in self.granted.all if each.member.form == "everybody"]
        for given in self.granted.all:
            found[given.member.key].append(given)
        for key, member in self._known.items():
            for group in self._groups.around(member):
                found[key] += [each for each in self._of_groups.get(group, ()) if each not in found[key]]
            found[key] += [each for each in everybody if member.form != "everybody"]
            found[key] += list(self._by_role(found[key]))
        return found

    def _by_role(self, given: list[Given]) -> Iterator[Given]:
        """What holders of a basic role of a project are given by that (`projectOwner:shop`)."""
        held = {(each.grant.role, str(each.grant.scope.domain.id)) for each in given if each.grant.scope.domain is not None}
        for each in self._to_holders:
            kind, _, project = each.member.name.partition(":")
            if (_HOLDERS.get(kind, ""), project) in held:
                yield each

    @cached_property
    def _to_holders(self) -> tuple[Given, ...]:
        return tuple(each for each in self.granted.all if each.member.form == "role_holders")

    @cached_property
    def _groups(self) -> Groups:
        named = (each.member.name for each in self.granted.all if each.member.form == "people")
        return Groups(self.documents, self.members, frozenset(named))

    @cached_property
    def identities(self) -> tuple[Identity, ...]:
        """Everybody, with all that is granted, denied and limited."""
        limits = Limits(self.documents, self.members, self.places)
        every = limits.all()
        made = []
        for key, member in self._known.items():
            home = self._home(member)
            grants: list[Grant] = [each.grant for each in self._given[key]] if self._acts(member) else []
            if member.lost is not None:
                grants = [replace(each, condition=member.lost) for each in grants]
            for each in every if grants else ():
                about = limits.about(each, member, home)
                if about is not False:
                    grants += self._against(each.grant, about)
            made.append(self._identity(member, home, tuple(grants)))
        return tuple(made)

    @staticmethod
    def _against(grant: Grant, about: bool | Unknown) -> Iterator[Grant]:
        if about is True or grant.effect == "deny":
            yield grant if about is True else replace(grant, condition=about)
        else:  # a boundary of which is not known whether it is the principal's: perhaps it holds nothing back
            yield grant
            yield replace(grant, condition=about, scope=replace(grant.scope, level=Level.EVERYTHING))

    @staticmethod
    def _acts(member: Member) -> bool:
        return member.shown.get("disabled") is not True

    def _home(self, member: Member) -> Domain:
        text = member.name.partition("@")[2]
        if member.shown.type != ACCOUNT and text.endswith(".iam.gserviceaccount.com"):
            project = text.partition(".")[0]
            return self.documents.domains.make(PROVIDER, project, f"{member.shown.inside}#{project}")
        return self.documents.domains.of(member.shown)

    def _identity(self, member: Member, home: Domain, grants: tuple[Grant, ...]) -> Identity:
        shown = member.shown
        email = shown.get("email") if shown.type == ACCOUNT else member.name.partition(":")[2]
        name: str | Unknown = email if isinstance(email, str) and email else self._email(shown, home)
        credentials = self._credentials.get(member.key, ())
        made = Identity(
            shown,
            "google",
            member.form,
            name,
            home,
            IdentityKind.UNKNOWN,
            "",
            tags={},
            credentials=credentials,
            environment=environment_of(shown, home, self.documents.estate),
            grants=grants,
        )
        clues = Clues(shown, name, tuple(_names(member)), {}, tuple(self._trusted(member)), credentials)
        found = recognise(clues, self.documents.estate)
        if found.kind is IdentityKind.UNKNOWN and member.form in _PEOPLE:
            return replace(made, kind=IdentityKind.PERSON, reason=_PEOPLE[member.form])
        return replace(made, kind=found.kind, reason=found.reason, declared=found.declared)

    @staticmethod
    def _email(account: Resource, home: Domain) -> str | Unknown:
        name = account.get("account_id")
        if isinstance(name, str) and isinstance(home.id, str):
            return f"{name}@{home.id}.iam.gserviceaccount.com"
        return Unknown(f"the address of {account.address} is not known")

    @cached_property
    def _credentials(self) -> Mapping[tuple[str, str], tuple[Resource, ...]]:
        """Service account -> the static credentials that exist for it."""
        found: dict[tuple[str, str], list[Resource]] = defaultdict(list)
        for each in self.documents.estate.resources:
            argument = _KEYS.get(each.type) if each.mode == "managed" and stands(each) else None
            if argument is None or each.get("state") == "INACTIVE":
                continue
            value = each.get(argument)
            value = value.rpartition("/")[2] if isinstance(value, str) else value
            member = self.members.of(f"serviceAccount:{value}" if isinstance(value, str) else value, each)
            if member is not None:
                found[member.key].append(each)
        return {key: tuple(each) for key, each in found.items()}

    def _trusted(self, member: Member) -> Iterator[Trusted]:
        """Who becomes somebody without being a person: issuers of tokens, clusters, what runs agents."""
        if member.form == "federated":
            yield from self._issuers(member)
        if member.form == "kubernetes":
            yield Trusted("workload", "a Kubernetes service account")
        for place in self._running.get(member.key, ()):
            yield Trusted("service", place[0], agent=runs_agents(place[0]))
        for given in self._impersonators.get(member.key, ()):
            if given.member.form == "federated":
                yield from self._issuers(given.member)
            elif given.member.form == "kubernetes":
                yield Trusted("workload", "a Kubernetes service account")

    @cached_property
    def _impersonators(self) -> Mapping[tuple[str, str], list[Given]]:
        found: dict[tuple[str, str], list[Given]] = defaultdict(list)
        for given in self.granted.all:
            spot = given.grant.scope.spot
            if spot is not None and spot.kind == ACCOUNT and spot.place is not None:
                found[spot.place].append(given)
        return found

    def _issuers(self, member: Member) -> Iterator[Trusted]:
        """Whose tokens a pool takes."""
        for each in self.documents.estate.resources:
            if each.type != "google_iam_workload_identity_pool_provider" or member.pool is None:
                continue
            named = each.get("workload_identity_pool_id")
            pool = self.documents.estate.index.find(named, each, lambda kind: kind == "google_iam_workload_identity_pool").only
            if pool is None or pool.place != member.pool.place:
                continue
            issuer = each.get("oidc.issuer_uri")
            text = issuer if isinstance(issuer, str) else ""
            name = next((said for part, said in ISSUERS.items() if part in text.lower()), "")
            any_token = each.written("attribute_condition") is None and member.name.endswith("*")
            said = f"{name or text or 'a workload identity pool'}{', any of whose tokens will do' if any_token else ''}"
            yield Trusted("automation" if name else "unknown", said)

    @cached_property
    def _running(self) -> Mapping[tuple[str, str], list[tuple[str, Place]]]:
        found: dict[tuple[str, str], list[tuple[str, Place]]] = defaultdict(list)
        for resource, member in running(self.documents, self.members):
            if member.form == "service_account":
                found[member.key].append((resource.type, resource.place))
        return found

    @cached_property
    def roles_held(self) -> Mapping[Place, tuple[Place, ...]]:
        """What runs as whom; and a pool of workload identities lets in whoever comes from it."""
        found: dict[Place, dict[Place, None]] = defaultdict(dict)
        for key, resources in self._running.items():
            member = self._known.get(key)
            for _, place in resources if member is not None else ():
                assert member is not None
                found[place][member.shown.place] = None
        for member in self._known.values():
            if member.pool is not None:
                found[member.pool.place][member.shown.place] = None
        return {place: tuple(each) for place, each in found.items()}

    def sites(self) -> Iterator[tuple[Place, Site]]:
        """Where roles of the inputs' own lie, and service accounts that the inputs only name."""
        for member in self._known.values():
            if member.shown.type != ACCOUNT and member.form in _ACCOUNTS:
                name = member.name.partition(":")[2] or member.name
                above = self.places.above_domain(self._home(member))
                yield (
                    member.shown.place,
                    Site(PROVIDER, Spot(ACCOUNT, name, member.shown.place), self._home(member), above=above),
                )
        for each in self.documents.estate.resources:
            if each.type in CUSTOM and each.mode == "managed":
                site = self.places.describe(each, site_of(each, self.documents))
                if each.type == "google_organization_iam_custom_role":
                    home = self.places.organization(each.get("org_id"), each)
                    site = replace(site, domain=None, above=(home,))
                yield each.place, site
        yield from self._states()

    def _states(self) -> Iterator[tuple[Place, Site]]:
        """The buckets of states that the inputs do not show: nothing tells the project that they lie in."""
        buckets = [each.get("name") for each in self.documents.estate.resources if each.type == "google_storage_bucket"]
        for source in self.documents.estate.inputs:
            backend = source.backend
            if not isinstance(backend, Resource) or backend.type != "gcs" or backend.get("bucket") in buckets:
                continue
            unknown = Unknown("the bucket of the state is not among the inputs")
            home = self.documents.domains.make(PROVIDER, unknown, f"{source.path}#backend")
            spot = Spot("google_storage_bucket", short(backend.get("bucket"), backend), backend.place)
            yield backend.place, Site(PROVIDER, spot, home, above=self.places.above_domain(home))

    def gaps(self) -> Iterator[Gap]:
        """Roles that are not known, and memberships of groups that are not."""
        yield from self.granted.gaps
        yield from self._groups.unknown()
        for each, member in running(self.documents, self.members):
            if member.lost is not None:
                yield Gap(
                    f"whom {each.address} runs as is not known: it depends on {member.name}",
                    each.location,
                    inputs=(each.inside,),
                )


def _names(member: Member) -> Iterator[str]:
    shown = member.shown
    if shown.type == ACCOUNT:
        yield from (text for key in ("account_id", "display_name") if isinstance(text := shown.get(key), str))
        yield from (each for each in shown.configured_address.split(".") if each not in {"module", "data", shown.type})
    else:
        yield member.name.partition(":")[2].partition("@")[0] or member.name
