"""Which policies an IAM role, user or group has, in every form that Terraform has for it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache

from msgspec import Struct, field

from policypack.build.estate import Estate
from policypack.build.identity_documents import Documents, stands
from policypack.build.index import account_of
from policypack.catalog.aws_iam.managed import managed_policy
from policypack.model import Gap, Policy, Resource, Unknown, Value, replace, same_domain, strip_keys

Place = tuple[str, str]
FORMS: Mapping[str, str] = {"aws_iam_role": "role", "aws_iam_user": "user", "aws_iam_group": "group"}
TYPES: Mapping[str, str] = {form: kind for kind, form in FORMS.items()}

# Type -> (argument that names the carrier, form of the carrier).
_INLINE = {f"aws_iam_{form}_policy": (form, form) for form in TYPES}
_ATTACHED = {f"aws_iam_{form}_policy_attachment": (form, form) for form in TYPES}
_EXCLUSIVE = {f"aws_iam_{form}_policy_attachments_exclusive": (f"{form}_name", form) for form in TYPES}
_EXCLUSIVE_INLINE = {f"aws_iam_{form}_policies_exclusive": (f"{form}_name", form) for form in TYPES}
_GIVEN = {**_INLINE, **_ATTACHED, **_EXCLUSIVE, **_EXCLUSIVE_INLINE}
_KEY = re.compile(r"\[(.*?)\](?:\.|$)")
_AWS_PATHS = ("", "service-role/", "job-function/", "aws-service-role/")


def place_of(resource: Resource) -> Place:
    """Input and address: what tells a resource from every other of the estate."""
    return resource.inside, resource.address


class Outsider(Struct, frozen=True):
    """An identity that the inputs give rights to without showing it: named by `name`, first met in `anchor`."""

    form: str
    name: str
    anchor: Resource
    policies: tuple[Policy, ...]


class Policies(Struct, frozen=True):
    """Carrier -> policies. `gaps` are attachments whose carrier cannot be told."""

    documents: Documents
    of: Mapping[Place, tuple[Policy, ...]]
    groups: Mapping[Place, tuple[Resource, ...]]
    outsiders: tuple[Outsider, ...]
    gaps: tuple[Gap, ...]

    @staticmethod
    def read(documents: Documents) -> Policies:
        """Everything that the estate attaches to anybody."""
        reading = _Reading(documents)
        reading.all()
        outsiders = [
            Outsider(form, name, anchor, _once(reading.outside[form, name, key]))
            for (form, name, key), anchor in reading.anchors.items()
        ]
        found = {place: _once(policies) for place, policies in reading.found.items()}
        groups = {place: tuple({place_of(each): each for each in groups}.values()) for place, groups in reading.groups.items()}
        return Policies(documents, found, groups, tuple(outsiders), tuple(reading.gaps))


class _Reading(Struct, frozen=True):
    """The state of one reading of the estate."""

    documents: Documents
    found: dict[Place, list[Policy]] = field(default_factory=lambda: defaultdict(list))
    groups: dict[Place, list[Resource]] = field(default_factory=lambda: defaultdict(list))
    outside: dict[tuple[str, str, str], list[Policy]] = field(default_factory=lambda: defaultdict(list))
    anchors: dict[tuple[str, str, str], Resource] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)

    def all(self) -> None:
        """Reads every resource once."""
        for each in self.documents.estate.resources:
            if not each.type.startswith("aws_iam_") or each.mode != "managed" or not stands(each):
                continue
            if each.type in FORMS:
                self._own(each)
            elif each.type == "aws_iam_policy_attachment":
                for form in TYPES:
                    for carrier in listed(each.get(f"{form}s")):
                        self._give(carrier, form, each, [attached(each.get("policy_arn"), each, self.documents)])
            elif each.type in {"aws_iam_group_membership", "aws_iam_user_group_membership"}:
                self._member(each)
            elif each.type in _GIVEN:
                argument, form = _GIVEN[each.type]
                self._give(each.get(argument), form, each, list(self._given(each)))

    def _given(self, holder: Resource) -> Iterator[Policy]:
        if holder.type in _INLINE:
            yield inline(holder, "policy", self.documents)
        elif holder.type in _EXCLUSIVE_INLINE:
            yield from _named_only(holder)
        elif holder.type in _ATTACHED:
            yield attached(holder.get("policy_arn"), holder, self.documents)
        else:
            for arn in listed(holder.get("policy_arns")):
                yield attached(arn, holder, self.documents)

    def _own(self, carrier: Resource) -> None:
        for block in carrier.blocks("inline_policy"):
            made = _inline_block(block, carrier, self.documents)
            self.found[place_of(carrier)] += [made] if made else []
        self.found[place_of(carrier)] += [
            attached(arn, carrier, self.documents) for arn in listed(carrier.get("managed_policy_arns"))
        ]

    def _member(self, membership: Resource) -> None:
        one, many = ("group", "users") if membership.type == "aws_iam_group_membership" else ("user", "groups")
        for other in listed(membership.get(many)):
            pair = {one: membership.get(one), many.rstrip("s"): other}
            users = find(pair["user"], "aws_iam_user", membership, self.documents)
            groups = find(pair["group"], "aws_iam_group", membership, self.documents)
            for user in users:
                self.groups[place_of(user)] += groups
            if not users or not groups:
                missing = "user" if not users else "group"
                self._gap(membership, missing, pair[missing])

    def _give(self, carrier: Value, form: str, holder: Resource, policies: list[Policy]) -> None:
        targets = find(carrier, TYPES[form], holder, self.documents)
        if len(targets) == 1:
            self.found[place_of(targets[0])] += policies
            return
        for target in targets:
            reason = f"whether {holder.address} is attached to {target.address} or to another instance cannot be told"
            self.found[place_of(target)] += [replace(each, document=Unknown(reason)) for each in policies]
        if targets:
            return
        source = named_data(carrier, f"aws_iam_{form}", holder, self.documents.estate)
        name = carrier if isinstance(carrier, str) else _called(source) if source else None
        if not isinstance(name, str):
            self._gap(holder, form, carrier)
            return
        key = (form, name, self.documents.domains.of(holder).key)
        self.anchors.setdefault(key, source or holder)
        self.outside[key] += policies

    def _gap(self, holder: Resource, form: str, value: Value) -> None:
        said = ", ".join(str(each) for each in value.references) if isinstance(value, Unknown) else ""
        said = said or (str(value) if isinstance(value, str) else "not known")
        reason = f"the {form} that {holder.address} is for is not among the inputs ({said})"
        self.gaps.append(Gap(reason, holder.location, inputs=(holder.inside,)))


def _managed(found: tuple[Resource, ...]) -> tuple[Resource, ...]:
    return tuple(each for each in found if each.mode == "managed")


def _called(source: Resource) -> str:
    name = source.get("name")
    return name if isinstance(name, str) else source.address


def find(value: Value, kind: str, holder: Resource, documents: Documents) -> tuple[Resource, ...]:
    """The carriers that a name, ARN or reference means, seen from the resource that holds it. Another account's are left out."""
    value = documents.text(value, holder)
    if isinstance(value, Unknown) and value.parts and isinstance(value.parts[-1], str):
        return ()  # a text that goes on behind the reference names something else
    home = documents.domains.of(holder)
    if isinstance(value, str) and value.startswith("arn:"):
        account, value = account_of(value), value.rpartition("/")[2]
        home = documents.domains.make("aws", account, f"{holder.inside}#{account}") if account else home
    found = _managed(documents.estate.index.find(value, holder, lambda each: each == kind).resources)
    if isinstance(value, Unknown):
        return found  # a reference means what it names, in whatever account that lies
    there = [(each, same_domain(documents.domains.of(each), home)) for each in found if stands(each)]
    sure = tuple(each for each, same in there if same is True)
    return nearest(sure or tuple(each for each, same in there if same is not False), holder)


def nearest(found: tuple[Resource, ...], holder: Resource) -> tuple[Resource, ...]:
    """Of several that have one name, those that the holder's configuration refers to, then those of its own module and of the same
    instance of it, then the one with its own keys: a plan shows the name, and the configuration says whose it is."""
    if len(found) <= 1:
        return found
    meant = {strip_keys(each.address) for each in holder.refers_to}
    referred = tuple(each for each in found if each.configured_address in meant) or found
    beside = tuple(each for each in referred if _module(each) == _module(holder)) or referred
    beside = tuple(each for each in beside if _instance(each) == _instance(holder)) or beside
    twins = tuple(each for each in beside if _keys(each.address) == _keys(holder.address))
    return twins if len(twins) == 1 else beside


def _module(resource: Resource) -> str:
    return resource.configured_address.rpartition(f"{resource.type}.")[0]


def _instance(resource: Resource) -> str:
    """The call of the module that a resource lies in, with its keys."""
    return resource.address.rpartition(f"{resource.type}.")[0]


def _keys(address: str) -> list[str]:
    return _KEY.findall(address)


def named_data(value: Value, kind: str, holder: Resource, estate: Estate) -> Resource | None:
    """The data source of that type that a reference means."""
    for reference in value.references if isinstance(value, Unknown) else ():
        source = estate.index.by_address.get((holder.inside, reference.address))
        if source is not None and source.mode == "data" and source.type == kind:
            return source
    return None


def inline(holder: Resource, argument: str, documents: Documents) -> Policy:
    """The inline policy that a resource of its own holds."""
    name = holder.get("name")
    document = documents.of(holder.get(argument), holder)
    return Policy(name if isinstance(name, str) else holder.address, document, holder, holder)


def _inline_block(block: Value, carrier: Resource, documents: Documents) -> Policy | None:
    if isinstance(block, Unknown):
        return Policy("inline_policy", block, carrier, carrier)
    if not isinstance(block, dict) or block.get("policy") in (None, ""):
        return None  # an empty block removes inline policies, it does not make one
    name = block.get("name")
    return Policy(name if isinstance(name, str) else "inline_policy", documents.of(block["policy"], carrier), carrier, carrier)


def _named_only(holder: Resource) -> Iterator[Policy]:
    for name in listed(holder.get("policy_names")):
        reason = "an inline policy that is named and whose text is not among the inputs"
        yield Policy(name if isinstance(name, str) else holder.address, Unknown(reason), None, holder)


def attached(arn: Value, holder: Resource, documents: Documents) -> Policy:
    """The managed policy that an ARN or a reference means. What cannot be resolved is an Unknown document that says why."""
    arn = documents.text(arn, holder)
    own = find_policy(arn, holder, documents)
    if len(own) == 1:
        return customer_managed(own[0], holder, documents)
    if own:
        return Policy(own[0].configured_address, Unknown("which of several policies is attached cannot be told"), None, holder)
    source = named_data(arn, "aws_iam_policy", holder, documents.estate)
    if source is not None:
        return _from_data(source, holder, documents)
    if isinstance(arn, str):
        return aws_managed(arn, holder)
    references = arn.references if isinstance(arn, Unknown) else ()
    missing = Unknown(f"which policy {holder.address} attaches cannot be told", references)
    return Policy(", ".join(str(each) for each in references) or "unknown policy", missing, None, holder)


def customer_managed(policy: Resource, holder: Resource, documents: Documents) -> Policy:
    """The policy that an aws_iam_policy holds."""
    name, written = policy.get("name"), policy.get("policy")
    document = (
        Unknown(f"the text of {policy.address} is not among the inputs") if written is None else documents.of(written, policy)
    )
    return Policy(name if isinstance(name, str) else policy.address, document, policy, holder)


def aws_managed(arn: str, holder: Resource) -> Policy:
    """The policy of AWS with that ARN, from the generated table."""
    name = arn.rpartition("/")[2] or arn
    known = _of_aws(arn) if ":iam::aws:policy/" in arn else None
    if known is not None:
        return Policy(name, known, None, holder)
    missing = "is not in the table of AWS managed policies" if ":iam::aws:policy/" in arn else "is not among the inputs"
    return Policy(name, Unknown(f"the policy {arn} {missing}"), None, holder)


@cache
def _of_aws(arn: str) -> dict[str, Value] | None:
    """The document, one for all who have it, so that it is read once."""
    document = managed_policy(arn)
    if document is None:
        return None
    statements = document.get("Statement")
    return {**document, "Statement": statements if isinstance(statements, list) else [statements]}


def find_policy(arn: Value, holder: Resource, documents: Documents) -> tuple[Resource, ...]:
    """The customer managed policies that an ARN or a reference means."""
    if isinstance(arn, Unknown):
        found = _managed(documents.estate.index.find(arn, holder, lambda each: each == "aws_iam_policy").resources)
        if found or not arn.parts or not isinstance(arn.parts[-1], str) or "/" not in arn.parts[-1]:
            return found
        arn = arn.parts[-1]  # only the account is a hole: its name and path are enough where one account is meant
    if not isinstance(arn, str) or ":iam::aws:policy/" in arn:
        return ()
    account, home = account_of(arn), documents.domains.of(holder)
    fitting = []
    for each in documents.estate.index.by_name.get(arn, []) or documents.estate.index.by_name.get(arn.rpartition("/")[2], []):
        if each.type != "aws_iam_policy" or not stands(each):
            continue
        domain = documents.domains.of(each)
        if (account is not None and domain.id == account) or same_domain(domain, home) is True:
            fitting.append(each)
    return nearest(tuple(fitting), holder)


def _from_data(source: Resource, holder: Resource, documents: Documents) -> Policy:
    """A policy that a data source looks up, by ARN or by name."""
    arn, name, written = source.get("arn"), source.get("name"), source.get("policy")
    if written is not None:
        return Policy(name if isinstance(name, str) else source.address, documents.of(written, source), source, holder)
    if isinstance(arn, str):
        return attached(arn, holder, documents)
    if isinstance(name, str):
        own = find_policy(name, holder, documents)
        if own:
            return customer_managed(own[0], holder, documents)
        for path in _AWS_PATHS:
            if managed_policy(f"arn:aws:iam::aws:policy/{path}{name}") is not None:
                return aws_managed(f"arn:aws:iam::aws:policy/{path}{name}", holder)
    return Policy(source.address, Unknown(f"the policy that {source.address} looks up is not among the inputs"), source, holder)


def listed(value: Value) -> list[Value]:
    """The elements of a list, an Unknown as its one element, nothing as none."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _once(policies: list[Policy]) -> tuple[Policy, ...]:
    """Each policy once: a state shows an attachment on the role and as a resource. The last of a name is what stands."""
    kept: dict[tuple[str, object], Policy] = {}
    for each in policies:
        named_only = each.origin is None and each.attached_by is not None and each.attached_by.type in _EXCLUSIVE_INLINE
        if named_only:
            kept.setdefault(("inline", each.name), each)
        elif each.origin is None:
            kept["aws", each.name] = each
        elif each.origin is each.attached_by:
            kept["inline", each.name] = each
        else:
            kept["customer", place_of(each.origin)] = each
    return tuple(kept.values())
