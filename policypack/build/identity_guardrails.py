"""Service and resource control policies above an account, level by level (AWS Organizations User Guide, SCP evaluation).

A level counts only where the inputs show that the account lies under it: a ceiling that may not be there must not be taken to
hold anything back. What is shown and cannot be placed is a gap.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from msgspec import Struct, field

from policypack.build.domains import Domains
from policypack.build.estate import Estate
from policypack.build.identity_documents import Documents, allow_all, stands
from policypack.build.identity_policies import listed
from policypack.model import Domain, Gap, Policy, Reference, Resource, Unknown, Value, same_domain

Levels = tuple[tuple[Policy, ...], ...]
SERVICE, RESOURCE = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"
_FULL = {"p-FullAWSAccess": SERVICE, "p-RCPFullAWSAccess": RESOURCE}
_ASSUMED = {SERVICE: "FullAWSAccess", RESOURCE: "RCPFullAWSAccess"}
_ACCOUNT, _UNIT, _ORGANIZATION = (
    "aws_organizations_account",
    "aws_organizations_organizational_unit",
    "aws_organizations_organization",
)
_ID = re.compile(r"\d{12}|ou-[a-z0-9-]+|r-[a-z0-9]{4,32}")
_DEEPEST = 10


class Guardrails(Struct, frozen=True, dict=True):
    """Domain -> the policies of its organization that bind it."""

    documents: Documents
    _seen: dict[tuple[Domain, str], Levels] = field(default_factory=dict)

    @property
    def estate(self) -> Estate:
        """The estate that shows the organization."""
        return self.documents.estate

    @property
    def domains(self) -> Domains:
        """Where its resources lie."""
        return self.documents.domains

    def above(self, domain: Domain, kind: str) -> Levels:
        """The levels above and at an account, outermost first: empty where none is shown, and for the management account, which
        no such policy binds."""
        if not self._attached[kind]:
            return ()
        if (domain, kind) not in self._seen:
            chain = () if self._manages(domain) else self._chain(domain)
            self._seen[domain, kind] = tuple(self._level(each, kind) for each in chain if each in self._attached[kind])
        return self._seen[domain, kind]

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        """The attachments whose policy or target cannot be told."""
        lost = [each for each in self._attachments if self._target(each.get("target_id"), each) is None]
        reason = "which account or unit {} binds cannot be told: it is not counted"
        return tuple(Gap(reason.format(each.address), each.location, inputs=(each.inside,)) for each in lost)

    @cached_property
    def _attachments(self) -> list[Resource]:
        kind = "aws_organizations_policy_attachment"
        return [each for each in self.estate.resources if each.type == kind and each.mode == "managed" and stands(each)]

    @cached_property
    def _attached(self) -> dict[str, dict[str, list[Policy]]]:
        """Type of policy -> target -> the policies attached there."""
        found: dict[str, dict[str, list[Policy]]] = {SERVICE: defaultdict(list), RESOURCE: defaultdict(list)}
        for each in self._attachments:
            target = self._target(each.get("target_id"), each)
            if target is None:
                continue
            for kind, policy in self._policies(each):
                found[kind][target].append(policy)
        return found

    def _policies(self, attachment: Resource) -> Iterator[tuple[str, Policy]]:
        value = attachment.get("policy_id")
        if isinstance(value, str) and value in _FULL:
            yield _FULL[value], Policy(_ASSUMED[_FULL[value]], allow_all(), None, attachment)
            return
        found = self.estate.index.find(value, attachment, lambda kind: kind == "aws_organizations_policy").resources
        for each in found:
            kind = each.get("type")
            kind = SERVICE if kind is None else kind
            if kind not in (SERVICE, RESOURCE) or not stands(each):
                continue
            name = each.get("name")
            document = self.documents.of(each.get("content"), each) if len(found) == 1 else Unknown("which policy is attached")
            yield kind, Policy(name if isinstance(name, str) else each.address, document, each, attachment)
        if not found:
            reason = f"the policy that {attachment.address} attaches is not among the inputs"
            yield SERVICE, Policy(attachment.address, Unknown(reason), None, attachment)

    def _level(self, target: str, kind: str) -> tuple[Policy, ...]:
        """What is attached at one level. Where only denials are shown, what AWS attaches everywhere is taken to be there still."""
        policies = tuple(self._attached[kind][target])
        if kind == SERVICE and any(_may_allow(each) for each in policies):
            return policies
        return (*policies, Policy(_ASSUMED[kind], allow_all(), assumed=True))

    def _chain(self, domain: Domain) -> list[str]:
        """The targets that bind an account, root first: as far as the inputs show where it lies."""
        accounts = self._accounts_of(domain)
        root = ["root"] if self._one_root else []
        if not accounts:
            known = domain.id in self._members or any(domain.id in targets for targets in self._attached.values())
            return [*root, domain.id] if known and isinstance(domain.id, str) else []
        chain = [_key(accounts[0])]
        if isinstance(domain.id, str) and domain.id not in chain:
            chain.append(domain.id)
        parent: Value = accounts[0].get("parent_id")
        holder = accounts[0]
        for _ in range(_DEEPEST):
            target = self._target(parent, holder) if parent is not None else None
            if target is None or target == "root":
                break
            unit = self._units.get(target)
            chain.insert(0, target)
            if unit is None:
                break
            parent, holder = unit.get("parent_id"), unit
        return [*root, *chain]

    def _accounts_of(self, domain: Domain) -> list[Resource]:
        """The account resources that are the domain: by id, or because its provider assumes a role in the account."""
        named = set()
        for source in self.estate.inputs:
            for key, block in source.providers.items():
                if domain.key == f"{source.path}#{key}":
                    role = block.get("assume_role.role_arn")
                    named |= {(source.path, each.address) for each in (role.references if isinstance(role, Unknown) else ())}
        return [
            each
            for each in self._accounts
            if (isinstance(domain.id, str) and each.get("id") == domain.id) or (each.inside, each.address) in named
        ]

    @cached_property
    def _accounts(self) -> list[Resource]:
        return [each for each in self.estate.resources if each.type == _ACCOUNT and each.mode == "managed" and stands(each)]

    @cached_property
    def _units(self) -> dict[str, Resource]:
        return {_key(each): each for each in self.estate.resources if each.type == _UNIT and each.mode == "managed"}

    @cached_property
    def _organizations(self) -> list[Resource]:
        return [each for each in self.estate.resources if each.type == _ORGANIZATION]

    @cached_property
    def _one_root(self) -> bool:
        """Whether every root that is named is the same one: an organization has one."""
        written = [each.get("target_id") for each in self._attachments]
        roots = {target for target in written if isinstance(target, str) and target.startswith("r-")}
        return len(roots) <= 1 and len({each.inside for each in self._organizations if each.mode == "managed"}) <= 1

    @cached_property
    def _members(self) -> set[str]:
        """The accounts that a state or a data source lists as members."""
        entries = [
            entry
            for each in self._organizations
            for name in ("accounts", "non_master_accounts")
            for entry in listed(each.get(name))
        ]
        ids = [entry.get("id") for entry in entries if isinstance(entry, dict)]
        return {each for each in ids if isinstance(each, str)}

    def _manages(self, domain: Domain) -> bool:
        """Whether it is the management account: only that one creates an organization and its accounts, and, where nothing
        shows a delegation, only that one writes its policies."""
        makers = [each for each in (*self._organizations, *self._accounts, *self._attachments) if each.mode == "managed"]
        if any(same_domain(self.domains.of(each), domain) is True for each in makers):
            return True
        return any(each.get("master_account_id") == domain.id for each in self._organizations if isinstance(domain.id, str))

    def _target(self, value: Value, holder: Resource) -> str | None:
        """What a target or parent names: an id, the address of what has no id yet, or `root`."""
        if isinstance(value, str):
            found = value if _ID.fullmatch(value) else None
            return "root" if found and found.startswith("r-") and self._one_root else found
        for reference in value.references if isinstance(value, Unknown) else ():
            named = self._named(reference, value, holder)
            if named is not None:
                return named
        return None

    def _named(self, reference: Reference, value: Value, holder: Resource) -> str | None:
        if f".{_ORGANIZATION}." in f".{reference.address}":
            return "root" if "root" in reference.attribute or not reference.attribute else None
        found = self.estate.index.find(value, holder, lambda kind: kind in {_ACCOUNT, _UNIT}).only
        return _key(found) if found is not None else None


def _key(resource: Resource) -> str:
    known = resource.get("id")
    return known if isinstance(known, str) else f"{resource.inside}#{resource.address}"


def _may_allow(policy: Policy) -> bool:
    document = policy.document
    if not isinstance(document, dict):
        return False
    return any(not isinstance(each, dict) or each.get("Effect") != "Deny" for each in listed(document.get("Statement")))
