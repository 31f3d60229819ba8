"""What a call acts on: resources as the policies may name them, by ARN, by reference, or both.

The ARN of what does not exist yet is known in parts: the catalog's template gives its form (Service Authorization
Reference, "Resource types defined by ..."), the arguments fill it, and what is left is a hole. The reference to the
resource's own `arn` stands beside it, so that a policy that names the resource by reference is seen to name it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from msgspec import Struct, field

from policypack.authority.aws import ABSENT, ANON, Context, Given, account_of_domain, encode, given, hole
from policypack.authority.backends import account_of_state, arn_of_state, unseen_policy
from policypack.catalog import Catalog
from policypack.catalog.aws_iam.escalation import Elsewhere, arns
from policypack.model import Domain, Infrastructure, Input, Policy, Reference, Resource, Unknown, Value, replace

_ARN_OF = {"cluster_snapshot": "db_cluster_snapshot_arn", "aws_db_snapshot": "db_snapshot_arn"}
_HOLE = re.compile(r"\$\{[^}]*\}|\{[^}]*\}|\*")
# What an argument is called where a data source looks a resource up by it.
_LOOKED_UP_BY = {"identifier": "db_instance_identifier"}
Place = tuple[str, str]
Forms = tuple[str, ...]


class Subject(Struct, frozen=True):
    """What a call acts on. `forms` describe its ARN, each truly; `account` owns it; `policies` stand on it."""

    resource: Resource
    forms: Forms
    account: str
    policies: tuple[Policy, ...] = ()
    context: Context = field(default_factory=dict)
    guardrails: tuple[tuple[Policy, ...], ...] = ()

    @property
    def address(self) -> str:
        """The address of its resource."""
        return self.resource.address


class Subjects(Struct, frozen=True, dict=True):
    """Makes subjects of the resources of one picture."""

    infrastructure: Infrastructure
    catalog: Catalog

    @cached_property
    def _domains(self) -> Mapping[Place, Domain]:
        """Input and provider key -> the domain that acts there, as far as stores, vaults and identities tell it."""
        found: dict[Place, Domain] = {}
        stores = ((each.resource, each.domain) for each in self.infrastructure.stores)
        vaults = ((each.resource, each.domain) for each in self.infrastructure.vaults)
        for resource, domain in (*stores, *vaults):
            found.setdefault((resource.inside, resource.provider_key), domain)
        for each in self.infrastructure.identities:
            if each.language == "aws" and each.form != "permission_set":
                found.setdefault((each.resource.inside, each.resource.provider_key), each.domain)
        return found

    @cached_property
    def _guardrails(self) -> Mapping[str, tuple[tuple[Policy, ...], ...]]:
        """Account -> the levels of resource guardrails above it."""
        found: dict[str, tuple[tuple[Policy, ...], ...]] = {}
        for each in self.infrastructure.identities:
            if each.resource_guardrails:
                found.setdefault(account_of_domain(each.domain), each.resource_guardrails)
        return found

    @cached_property
    def _blocks(self) -> Mapping[Place, Resource]:
        return {(one.path, key): block for one in self.infrastructure.inputs for key, block in one.providers.items()}

    @cached_property
    def by_address(self) -> Mapping[str, list[Resource]]:
        """Address -> the resources of that address, one an input."""
        found: dict[str, list[Resource]] = {}
        for each in self.infrastructure.resources:
            found.setdefault(each.address, []).append(each)
        return found

    def domain(self, resource: Resource) -> Domain:
        """The domain that a resource lies in."""
        known = self._domains.get((resource.inside, resource.provider_key))
        if known is not None:
            return known
        return Domain(resource.provider, Unknown("its account is not known"), f"{resource.inside}#{resource.provider_key}")

    def of(self, resource: Resource, domain: Domain | None = None) -> Subject:
        """The resource as what a call acts on."""
        domain = domain or self.domain(resource)
        account = account_of_domain(domain)
        policies = self.infrastructure.resource_policies.get((resource.inside, resource.address), ())
        return Subject(
            resource,
            self.forms(resource, domain),
            account,
            policies,
            self._context(resource, account),
            self._guardrails.get(account, ()),
        )

    def states(self) -> Iterator[tuple[Input, Subject]]:
        """The inputs whose state lies in a bucket, and the object that it is. The bucket may be among the inputs."""
        buckets = {
            each.resource.get("bucket"): each
            for each in self.infrastructure.stores
            if each.resource.type == "aws_s3_bucket" and isinstance(each.resource.get("bucket"), str)
        }
        for source in self.infrastructure.inputs:
            backend = source.backend
            if backend is None or isinstance(backend, Unknown) or backend.type != "s3":
                continue
            bucket = backend.get("bucket")
            held = buckets.get(bucket) if isinstance(bucket, str) else None
            subject = self.of(held.resource, held.domain) if held else self._unseen(source, backend)
            arn = arn_of_state(source, backend)
            forms = (arn, *(f"{form}/{arn.partition('/')[2]}" for form in subject.forms))
            yield source, replace(subject, forms=tuple(dict.fromkeys(forms)))

    def locks(self) -> Iterator[tuple[Input, Subject]]:
        """The tables that lock the states of inputs. Without the lock two applies write one state."""
        for source in self.infrastructure.inputs:
            backend = source.backend
            name = backend.get("dynamodb_table") if isinstance(backend, Resource) and backend.type == "s3" else None
            if isinstance(backend, Resource) and isinstance(name, str):
                account = account_of_state(source, backend, self._domains)
                region = backend.get("region")
                place = region if isinstance(region, str) else ANON
                partition = arn_of_state(source, backend).split(":")[1]
                form = f"arn:{partition}:dynamodb:{place}:{account}:table/{name}"
                yield source, Subject(backend, (form,), account, (), {}, self._guardrails.get(account, ()))

    def _unseen(self, source: Input, backend: Resource) -> Subject:
        """A state's bucket that is not among the inputs."""
        account = account_of_state(source, backend, self._domains)
        others = {each.domain.id for each in self.infrastructure.identities if isinstance(each.domain.id, str)}
        policies = unseen_policy(backend, account, others)
        levels = self._guardrails.get(account, ())
        context: Context = {} if account == ANON else {"aws:resourceaccount": given(account)}
        return Subject(backend, (), account, policies, context, levels)

    def forms(self, resource: Resource, domain: Domain) -> Forms:
        """The ARN of a resource: as it is known, as its template has it, and as a reference to it."""
        named = next((name for part, name in _ARN_OF.items() if part in resource.type), "arn")
        own = hole(Reference(resource.address, named), resource.inside)
        known = resource.get(named)
        found = [encode(known)] if isinstance(known, str) else []
        template = self._template(resource.type)
        if not found and template:
            if any(key.endswith("_prefix") for key in resource.values):
                found.append(self.filled(template, resource, domain, begun=True))
            found.append(self.filled(template, resource, domain))
            if resource.type == "aws_s3_bucket":
                found += [f"arn:{self.partition(resource)}:s3:::{self._text(resource, name)}" for name in ("id", "bucket")]
        return (*dict.fromkeys(found), own)

    def _template(self, kind: str) -> str:
        entry = self.catalog.entry(kind)
        return (entry.arn if entry is not None else "") or arns().get(kind, "")

    def shape(self, kind: str, looked_up: Resource | None = None) -> str:
        """What the ARN of any resource of a type looks like, with holes for all that is its own, "" where that is not known; of the
        one that a data source looks up, with what it is looked up by."""

        def part(found: re.Match[str]) -> str:
            name = "" if found[0].startswith("$") else found[0].strip("{}")
            value = looked_up.get(_LOOKED_UP_BY.get(name, name)) if looked_up is not None and name else None
            return value if isinstance(value, str) else ANON

        return _HOLE.sub(part, self._template(kind))

    def elsewhere(self, resource: Resource, at: Elsewhere) -> Subject | None:
        """What calls on a resource are made on where that is something else; None where its arguments name nothing such."""
        named = [name.strip("{}") for name in _HOLE.findall(at.arn) if not name.startswith("$") and name != "*"]
        if resource.get(named[0]) is None or any(resource.get(path) != wanted for path, wanted in at.where.items()):
            return None
        return replace(self.of(resource), forms=(self.filled(at.arn, resource, self.domain(resource)),), policies=())

    def filled(self, template: str, resource: Resource, domain: Domain, *, begun: bool = False) -> str:
        """An ARN template with what is known of the resource in it, holes elsewhere. `begun`: of a name that the provider makes up,
        what it begins with."""

        def part(found: re.Match[str]) -> str:
            name = found[0].strip("${}")
            if not found[0].startswith("$"):
                start = resource.get(f"{name}_prefix") if begun and resource.get(name) is None else None
                return f"{start}{ANON}" if isinstance(start, str) else self._text(resource, name) if name != "*" else ANON
            if name == "Account":
                return account_of_domain(domain)
            return {"Region": self.region(resource), "Partition": self.partition(resource)}.get(name) or ANON

        return _HOLE.sub(part, template)

    def _text(self, resource: Resource, name: str) -> str:
        value = resource.get(name)
        if value is None and name == "path":
            return "/"  # IAM User Guide, IAM identifiers
        if value is None:
            return hole(Reference(resource.address, name), resource.inside)
        return self._bucket(value, resource.inside) or encode(value, resource.inside)

    def _bucket(self, value: Value, inside: str) -> str:
        """The name of a bucket that a value refers to by id, where it is written."""
        if not isinstance(value, Unknown) or len(value.parts) != 1 or not isinstance(value.parts[0], Reference):
            return ""
        found = [each for each in self.by_address.get(value.parts[0].address, ()) if each.inside == inside]
        name = found[0].get("bucket") if len(found) == 1 and found[0].type == "aws_s3_bucket" else None
        return name if isinstance(name, str) and value.parts[0].attribute in {"id", "bucket"} else ""

    def region(self, resource: Resource) -> str:
        """The region of a resource, ANON where it cannot be told."""
        block = self._blocks.get((resource.inside, resource.provider_key))
        own: Value = resource.get("region") if resource.mode == "managed" else None
        value = own if own is not None else block.get("region") if block else None
        return value if isinstance(value, str) and value else ANON

    def partition(self, resource: Resource) -> str:
        """The partition of a resource, by its region."""
        region = self.region(resource)
        return "aws-cn" if region.startswith("cn-") else "aws-us-gov" if region.startswith("us-gov-") else "aws"

    def _context(self, resource: Resource, account: str) -> Context:
        """The condition keys that describe the resource (IAM User Guide, AWS global condition context keys)."""
        found: dict[str, Given] = {"aws:resourceaccount": given(account)}
        if resource.type.startswith("aws_kms_"):
            found["kms:grantisforawsresource"] = given("false")  # who calls is the caller, not a service for its own resource
        region = self.region(resource)
        if region != ANON:
            found["aws:requestedregion"] = given(region)
        tags = self._tags(resource)
        if tags is None:
            return found
        for key, value in tags.items():
            found[f"aws:resourcetag/{key.lower()}"] = given(encode(value, resource.inside))
        found["aws:resourcetag/*"] = ABSENT
        return found

    def _tags(self, resource: Resource) -> dict[str, Value] | None:
        """The tags that it ends up with, None where they cannot be told."""
        block = self._blocks.get((resource.inside, resource.provider_key))
        merged: dict[str, Value] = {}
        for part in (block.get("default_tags.tags") if block else None, resource.get("tags_all"), resource.get("tags")):
            if isinstance(part, Unknown):
                return None
            merged.update(part if isinstance(part, dict) else {})
        return merged
