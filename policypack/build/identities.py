"""Who can act: IAM roles, users and groups, permission sets, and what the inputs give rights to without showing it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from policypack.build.domains import Domains
from policypack.build.environments import environment_of
from policypack.build.estate import Estate
from policypack.build.identity_anywhere import profiles, sessions
from policypack.build.identity_arns import arn_of
from policypack.build.identity_center import lost_parts, permission_sets
from policypack.build.identity_clusters import cluster_identities
from policypack.build.identity_documents import Documents, joined, partition_of, stands
from policypack.build.identity_guardrails import RESOURCE, SERVICE, Guardrails
from policypack.build.identity_holders import roles_held
from policypack.build.identity_kinds import Clues, recognise
from policypack.build.identity_policies import FORMS, TYPES, Outsider, Place, Policies, attached, find, place_of
from policypack.build.identity_trust import trusted
from policypack.build.resource_policies import resource_policies
from policypack.model import Gap, Identity, IdentityKind, Policy, Reference, Resource, Unknown, Value, replace

_CREDENTIALS = {
    "aws_iam_access_key": "user",
    "aws_iam_user_login_profile": "user",
    "aws_iam_service_specific_credential": "user_name",
    "aws_iam_user_ssh_key": "username",
    "aws_iam_signing_certificate": "user_name",
}
_INACTIVE = "Inactive"
_REST = "the rest of its policies is not among the inputs"


def identities(estate: Estate, domains: Domains) -> tuple[Identity, ...]:
    """Everybody who can act, in the order of the inputs. An estate without IAM pays one look at its types."""
    return Identities(Documents(estate, domains)).all


class Identities(Struct, frozen=True, dict=True):
    """The identities of an estate, the policies of its resources, and what could not be told of them."""

    documents: Documents

    @cached_property
    def all(self) -> tuple[Identity, ...]:
        """Roles, users, groups, permission sets, outsiders, identities of clusters."""
        resources = self.documents.estate.resources
        if not any(each.type.startswith(("aws_iam_", "aws_ssoadmin_", "aws_eks_access_")) for each in resources):
            return ()
        shown = [each for each in resources if each.type in FORMS and each.mode == "managed" and stands(each)]
        made = [self._identity(each) for each in shown]
        made += [self._outsider(each) for each in self._policies.outsiders]
        made += permission_sets(self.documents)
        made = [self._guarded(each) for each in made]
        return (*made, *cluster_identities(self.documents, made))

    @cached_property
    def resource_policies(self) -> Mapping[Place, tuple[Policy, ...]]:
        """Resource -> its own policies, trust policies of roles included."""
        return resource_policies(self.documents)

    @cached_property
    def roles_held(self) -> Mapping[Place, tuple[Place, ...]]:
        """Resource -> the roles that it runs with."""
        return roles_held(self.documents) if self.all else {}

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        """What was attached to nobody that the inputs show, and guardrails that could not be placed."""
        outside = [
            Gap(
                f"the {each.form} {each.name} gets rights from {each.anchor.address} and is not among the inputs",
                each.anchor.location,
                inputs=(each.anchor.inside,),
            )
            for each in self._policies.outsiders
        ]
        return (*self._policies.gaps, *outside, *self._guardrails.gaps, *lost_parts(self.documents))

    @cached_property
    def _policies(self) -> Policies:
        return Policies.read(self.documents)

    @cached_property
    def _guardrails(self) -> Guardrails:
        return Guardrails(self.documents)

    @cached_property
    def _credentials(self) -> Mapping[Place, tuple[Resource, ...]]:
        """User -> the static credentials that exist for it."""
        found: dict[Place, list[Resource]] = defaultdict(list)
        for each in self.documents.estate.resources:
            argument = _CREDENTIALS.get(each.type) if each.mode == "managed" and stands(each) else None
            if argument is not None and each.get("status") != _INACTIVE:
                for user in find(each.get(argument), "aws_iam_user", each, self.documents):
                    found[place_of(user)].append(each)
        return {place: tuple(each) for place, each in found.items()}

    @cached_property
    def _profiles(self) -> Mapping[Place, tuple[Resource, ...]]:
        return profiles(self.documents)

    def _identity(self, resource: Resource) -> Identity:
        form = FORMS[resource.type]
        written = resource.get("assume_role_policy")
        trust = None
        if form == "role":
            name = f"the trust policy of {resource.address}"
            document = Unknown("it is not among the inputs") if written is None else self.documents.of(written, resource)
            trust = Policy(name, document, resource, resource)
        boundary = resource.get("permissions_boundary")
        made = Identity(
            resource,
            "aws",
            form,
            arn_of(resource, form, self.documents),
            self.documents.domains.of(resource),
            IdentityKind.UNKNOWN,
            "",
            tuple(self._all_policies(resource)),
            attached(boundary, resource, self.documents) if boundary not in (None, "") else None,
            trust,
            tags=self.documents.estate.tags(resource),
            credentials=self._credentials.get(place_of(resource), ()),
            sessions=sessions(trust, self._profiles.get(place_of(resource), ()), self.documents),
        )
        return self._recognised(made, _names(resource))

    def _all_policies(self, resource: Resource) -> Iterator[Policy]:
        yield from self._policies.of.get(place_of(resource), ())
        for group in self._policies.groups.get(place_of(resource), ()):
            yield from self._policies.of.get(place_of(group), ())

    def _outsider(self, outsider: Outsider) -> Identity:
        """Someone whom an attachment names and nothing shows: what is attached here, and the rest, which is not known."""
        anchor, documents = outsider.anchor, self.documents
        domain = documents.domains.of(anchor)
        path = Reference(anchor.address, "path")
        parts = [
            f"arn:{partition_of(documents.estate, anchor)}:iam::",
            domain.account,
            f":{outsider.form}",
            path,
            outsider.name,
        ]
        of_data = anchor.mode == "data" and anchor.type == TYPES[outsider.form]
        known = anchor.get("arn") if of_data else None
        trust = None
        if outsider.form == "role":
            written = anchor.get("assume_role_policy") if of_data else None
            unknown = Unknown("it is not among the inputs")
            document = documents.of(written, anchor) if written is not None else unknown
            trust = Policy(f"the trust policy of {outsider.name}", document, anchor, anchor)
        made = Identity(
            anchor,
            "aws",
            outsider.form,
            known if isinstance(known, str) else joined(parts),
            domain,
            IdentityKind.UNKNOWN,
            "",
            (*outsider.policies, Policy(_REST, Unknown(f"{outsider.name}: {_REST}"), None, anchor)),
            Policy(
                "permissions_boundary", Unknown(f"whether {outsider.name} has a boundary is not among the inputs"), None, anchor
            ),
            trust,
        )
        return self._recognised(made, (outsider.name,))

    def _recognised(self, made: Identity, names: tuple[str, ...]) -> Identity:
        if made.form == "group":
            return replace(made, reason="a group acts through its members")
        lets_in = tuple(trusted(made.trust, made.resource, self.documents))
        tags = made.tags if isinstance(made.tags, Unknown) else dict(made.tags)
        clues = Clues(made.resource, made.arn, names, tags, lets_in, made.credentials)
        found = recognise(clues, self.documents.estate)
        return replace(made, kind=found.kind, reason=found.reason, declared=found.declared)

    def _guarded(self, made: Identity) -> Identity:
        guardrails = self._guardrails.above(made.domain, SERVICE)
        resource_guardrails = self._guardrails.above(made.domain, RESOURCE)
        environment = environment_of(made.resource, made.domain, self.documents.estate)
        return replace(made, guardrails=guardrails, resource_guardrails=resource_guardrails, environment=environment)


def _names(resource: Resource) -> tuple[str, ...]:
    """What an identity is called: its name as far as it is text, and the words of its address that are not Terraform's."""
    called = [text for key in ("name", "name_prefix") for text in _texts(resource.get(key))]
    labels = [each for each in resource.configured_address.split(".") if each not in {"module", "data", resource.type}]
    return (*called, *labels)


def _texts(value: Value) -> list[str]:
    parts = [value] if isinstance(value, str) else value.parts if isinstance(value, Unknown) else ()
    return [each for each in parts if isinstance(each, str)]
