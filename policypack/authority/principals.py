"""The callers of a picture as things that can be acted on, and what they are made of: policies, groups, what runs as them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property

from msgspec import Struct

from policypack.authority.aws import account_of_domain, encode, given, hole
from policypack.authority.chosen import OPEN_TRUST
from policypack.authority.oracle import Slot
from policypack.authority.reach import bit_set, bits
from policypack.authority.subjects import Subject, Subjects
from policypack.catalog.aws_iam.escalation import Elsewhere, escalations, named_roles
from policypack.model import Identity, Infrastructure, Policy, Reference, Resource, Unknown, Value, replace

FORMS = ("role", "user", "permission_set")
ASSUME, PASS = "sts:AssumeRole", "iam:PassRole"
_ALL: Value = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
ANY_RIGHTS = Policy("a policy of the caller's making", _ALL, assumed=True)


class Principals(Struct, frozen=True, dict=True):
    """Users and roles by number, which is their place in `all`."""

    infrastructure: Infrastructure
    subjects: Subjects

    @cached_property
    def all(self) -> tuple[Identity, ...]:
        """Whoever can call AWS. Groups act through their members; the identities of clusters are another language."""
        return tuple(each for each in self.infrastructure.identities if each.language == "aws" and each.form in FORMS)

    @cached_property
    def groups(self) -> tuple[Identity, ...]:
        """Groups, which carry policies to their members."""
        return tuple(each for each in self.infrastructure.identities if each.language == "aws" and each.form == "group")

    @cached_property
    def by_address(self) -> Mapping[str, list[int]]:
        """Address -> the numbers of the callers there."""
        found: dict[str, list[int]] = defaultdict(list)
        for number, each in enumerate(self.all):
            found[each.address].append(number)
        return found

    def formed(self, *forms: str) -> int:
        """The callers of these forms, as bits."""
        return bit_set(number for number, each in enumerate(self.all) if each.form in forms)

    @cached_property
    def trusting(self) -> Slot:
        """All callers, with the trust policies of the roles: what `sts:AssumeRole` is asked about."""
        subjects = tuple(self._subject(each, _trust(each)) for each in self.all)
        return Slot("principals with their trust", subjects, (ASSUME,))

    @cached_property
    def opened(self) -> Slot:
        """The same, once the caller has rewritten the trust policies."""
        return Slot("principals with any trust", tuple(self._subject(each, (OPEN_TRUST,)) for each in self.all), (ASSUME,))

    @cached_property
    def bare(self) -> Slot:
        """The same as IAM's own calls see them: no resource policy takes part."""
        return Slot("principals", tuple(self._subject(each, ()) for each in self.all), _called_on("target", "self"))

    def passed_to(self, service: str) -> Slot:
        """The same, as what is passed to a service."""
        subjects = (
            replace(each, context={**each.context, "iam:passedtoservice": given(service)}) for each in self.bare.subjects
        )
        return Slot(f"principals passed to {service}", tuple(subjects), (PASS,))

    @cached_property
    def group_slot(self) -> Slot:
        """The groups."""
        actions = _called_on("own_group", "target")
        return Slot("groups", tuple(self._subject(each, ()) for each in self.groups), actions)

    def _subject(self, identity: Identity, policies: Sequence[Policy]) -> Subject:
        inside = identity.resource.inside
        forms = (encode(identity.arn, inside), hole(Reference(identity.address, "arn"), inside))
        account = account_of_domain(identity.domain)
        context = self.subjects.of(identity.resource, identity.domain).context
        return Subject(identity.resource, forms, account, tuple(policies), context, identity.resource_guardrails)

    @cached_property
    def _managed(self) -> tuple[Resource, ...]:
        """The customer managed policies that are attached to anybody."""
        found: dict[int, Resource] = {}
        for each in (*self.all, *self.groups):
            for policy in each.policies:
                if policy.origin is not None and policy.origin.type == "aws_iam_policy":
                    found.setdefault(id(policy.origin), policy.origin)
        return tuple(found.values())

    @cached_property
    def policy_slot(self) -> Slot:
        """Customer managed policies."""
        actions = _called_on("own_policy", "target_policy")
        return Slot("policies", tuple(self.subjects.of(each) for each in self._managed), actions)

    @cached_property
    def holding(self) -> tuple[int, ...]:
        """For each of `policy_slot`, the callers that it is attached to, as bits."""
        places = {id(each): number for number, each in enumerate(self._managed)}
        found = [0] * len(places)
        for number, identity in enumerate(self.all):
            for policy in identity.policies:
                place = places.get(id(policy.origin)) if policy.origin is not None else None
                if place is not None:
                    found[place] |= 1 << number
        return tuple(found)

    @cached_property
    def members(self) -> tuple[int, ...]:
        """For each group, its members as bits: those that carry its policies."""
        found = []
        for group in self.groups:
            own = {id(policy) for policy in group.policies}
            shared = (number for number, each in enumerate(self.all) if own & {id(policy) for policy in each.policies})
            found.append(bit_set(shared) if own else 0)
        return tuple(found)

    @cached_property
    def _named(self) -> Mapping[str, int]:
        """Name or ARN of a role -> the callers that it may mean, as bits."""
        found: dict[str, int] = defaultdict(int)
        for number, each in enumerate(self.all):
            name = each.resource.get("name")
            for text in (name, each.arn):
                if isinstance(text, str) and each.form != "user":
                    found[text] |= 1 << number
        return found

    @cached_property
    def _places(self) -> Mapping[tuple[str, str], int]:
        return {(each.resource.inside, each.address): 1 << number for number, each in enumerate(self.all)}

    def named_by(self, value: Value, holder: Resource, depth: int = 0) -> int:
        """The roles that a value of a resource names: by reference, by ARN, by name, or through an instance profile."""
        if isinstance(value, list):
            value = value[0] if value else None
        if isinstance(value, str):
            return self._named.get(value, 0) or (self._profiles(value, holder) if depth == 0 else 0)
        found = 0
        for reference in value.references if isinstance(value, Unknown) else ():
            found |= self._places.get((holder.inside, reference.address), 0)
            for each in self.subjects.by_address.get(reference.address, ()):
                if each.type == "aws_iam_instance_profile" and each.inside == holder.inside and depth == 0:
                    found |= self.named_by(each.get("role"), each, 1)
        return found

    def _profiles(self, name: str, holder: Resource) -> int:
        for each in self._by_type.get("aws_iam_instance_profile", ()):
            if each.inside == holder.inside and name in {each.get("name"), each.get("arn")}:
                return self.named_by(each.get("role"), each, 1)
        return 0

    @cached_property
    def _by_type(self) -> Mapping[str, list[Resource]]:
        found: dict[str, list[Resource]] = defaultdict(list)
        for each in self.infrastructure.resources:
            if each.mode == "managed" and not each.goes:
                found[each.type].append(each)
        return found

    def holders(self, kind: str, arguments: tuple[str, ...], at: Elsewhere | None = None) -> tuple[Slot, tuple[int, ...]]:
        """The resources of a type that run as somebody, and as whom; `at` is what calls on them are checked against, if it is
        not they themselves."""
        key = (kind, arguments, at.arn if at else "")
        if key not in self._holders:
            self._holders[key] = self._find_holders(kind, arguments, at)
        return self._holders[key]

    @cached_property
    def _holders(self) -> dict[tuple[str, tuple[str, ...], str], tuple[Slot, tuple[int, ...]]]:
        return {}

    def _find_holders(self, kind: str, arguments: tuple[str, ...], at: Elsewhere | None) -> tuple[Slot, tuple[int, ...]]:
        if kind == "state":
            return self._appliers()
        found: list[tuple[Subject, int]] = []
        for each in self._by_type.get(kind, ()):
            roles = self._roles_of(each, arguments)
            subject = self.subjects.of(each) if at is None else self.subjects.elsewhere(each, at)
            if roles and subject is not None:
                found.append((subject, roles))
        name = f"holders {kind} {' '.join(arguments)} {at.arn if at else ''}"
        return Slot(name, tuple(each for each, _ in found), _called_on("holder")), tuple(roles for _, roles in found)

    def _roles_of(self, holder: Resource, arguments: tuple[str, ...]) -> int:
        roles = 0
        for value in (value for argument in arguments for value in named_roles(holder, argument)):
            roles |= self.named_by(value, holder)
        held = () if roles else self.infrastructure.roles_held.get((holder.inside, holder.address), ())
        for place in held:
            roles |= self._places.get(place, 0)
        return roles

    def surely(self, kind: str, arguments: tuple[str, ...], at: Elsewhere | None = None) -> tuple[int, ...]:
        """As whom the resources of `holders` certainly run: as nobody where several are referred to and one is meant, or where the
        text that names the role is not known."""
        slot, roles = self.holders(kind, arguments, at)
        if slot.name not in self._sure:
            pairs = zip(slot.subjects, roles, strict=True)
            self._sure[slot.name] = tuple(self._surely(each.resource, arguments, held) for each, held in pairs)
        return self._sure[slot.name]

    @cached_property
    def _sure(self) -> dict[str, tuple[int, ...]]:
        return {}

    def _surely(self, holder: Resource, arguments: tuple[str, ...], roles: int) -> int:
        for argument in arguments:
            whole = holder.get(argument.partition(".")[0])
            hidden = "." in argument and isinstance(whole, Unknown) and whole.document is None
            either = (self.named_by(each, holder) for each in named_roles(holder, argument) if isinstance(each, Unknown))
            if hidden or any(each & (each - 1) for each in either):
                return 0
        return roles

    def _appliers(self) -> tuple[Slot, tuple[int, ...]]:
        """The states of the inputs, and the roles that their provider blocks assume."""
        found: list[tuple[Subject, int]] = []
        for source, subject in self.subjects.states():
            roles = 0
            for block in source.providers.values():
                roles |= self.named_by(block.get("assume_role.role_arn"), block)
            if roles:
                found.append((subject, roles))
        return Slot("states applied", tuple(each for each, _ in found), ("s3:PutObject",)), tuple(roles for _, roles in found)


def _trust(identity: Identity) -> tuple[Policy, ...]:
    return () if identity.trust is None else (identity.trust,)


def with_any_rights(identity: Identity) -> Identity:
    """The identity once somebody may write its policies: all that its boundary and its guardrails leave."""
    return replace(identity, policies=(ANY_RIGHTS,))


def unbounded(identity: Identity) -> Identity:
    """The identity without its boundary."""
    return replace(identity, boundary=None)


def newcomer(maker: Identity) -> Identity:
    """A principal that the identity makes: any rights, no boundary, and a name and tags that nobody knows yet."""
    unknown = Unknown("a principal of the caller's making")
    resource = replace(maker.resource, address=f"{maker.address}#new")
    return replace(maker, resource=resource, arn=unknown, tags=unknown, policies=(ANY_RIGHTS,), boundary=None, sessions=())


def joined(identity: Identity, group: Identity) -> Identity:
    """The identity as a member of one more group."""
    return replace(identity, policies=(*identity.policies, *group.policies))


def spread(found: int, onto: Sequence[int]) -> int:
    """The union of what the places of the bits stand for."""
    joined_bits = 0
    for place in bits(found):
        joined_bits |= onto[place]
    return joined_bits


def _called_on(*subjects: str) -> tuple[str, ...]:
    """The actions that rules of escalation call on these."""
    found = {step.action for rule in escalations() for way in rule.ways for step in way if step.on in subjects}
    return tuple(sorted(found))
