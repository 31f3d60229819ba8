"""What the inputs refer to and do not show: roles, accounts, vaults and keys of which only the ARN is known, and policies of
which not even the text is. One pass over what the picture holds, and one gap for each, or for many of a kind together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from functools import cached_property

from msgspec import Struct

from policypack.build.estate import Estate
from policypack.build.vaults import is_vault
from policypack.catalog.entry import TypeEntry
from policypack.model import Domain, Gap, Identity, IdentityKind, Infrastructure, Policy, Resource, Unknown, Value

_ARN = re.compile(
    r"arn:[\w-]+:(?:(?:iam|sts)::(?P<a>\d{12}):(?P<who>role|user|assumed-role)/(?!aws-service-role/)[^*?$]+"
    r"|(?:iam::(?P<b>\d{12}):(?P<root>root))"
    r"|backup:[\w-]+:(?P<c>\d{12}):(?P<vault>backup-vault):[^*?$]+"
    r"|kms:[\w-]+:(?P<d>\d{12}):(?P<key>key|alias)/(?!aws/)[^*?$]+)"
)
_BECOMES = ("sts:assumerole", "iam:passrole")
_ONE_BY_ONE = 3
_NAMED = 3
_LACKS = {
    "role": "what it may do, and who may become it, cannot be told",
    "user": "what it may do cannot be told",
    "account": "who can act there cannot be told",
    "vault": "how it is locked, and who can empty it, cannot be told",
    "key": "who can destroy it cannot be told",
}


class _Named(Struct, frozen=True):
    """Something that an ARN names, and the resource that does so, in the argument `path`; "" is a policy of its own."""

    kind: str
    arn: str
    account: str
    by: Resource
    path: str

    @property
    def hidden(self) -> bool:
        """Whether what names it may not be shown."""
        return self.by.hides(self.path) if self.path else any("polic" in path for path in self.by.sensitive)


def outside(estate: Estate, picture: Infrastructure) -> Iterator[Gap]:
    """A gap for each role, user, account, vault and key that is named by its ARN and not among the inputs, with its account,
    and for each policy that cannot be read. AWS's own, services and wildcards name nobody; a picture that has neither stores
    nor agents asks nothing that would need them."""
    if not picture.stores and not any(each.kind is IdentityKind.AGENT for each in picture.identities):
        return
    outsiders = _Outsiders(estate, picture)
    lost: dict[str, list[_Named]] = {}
    for each in outsiders.named():
        if each.arn in lost or not outsiders.given(each):
            lost.setdefault(each.arn, []).append(each)
    yield from _told(lost.values())
    yield from _unread(picture.identities)


class _Outsiders(Struct, frozen=True, dict=True):
    """What is named in a picture, and what of it is given."""

    estate: Estate
    picture: Infrastructure

    def named(self) -> Iterator[_Named]:
        """Everything that an ARN names, in the order of the picture."""
        yield from self._by_identities()
        for store in self.picture.stores:
            yield from self._by_holder(store.resource, store.domain)
        for vault in self.picture.vaults:
            yield from self._by_holder(vault.resource, vault.domain)
        for plan in self.estate.playing("backup_plan"):
            for rule in plan.blocks("rule"):
                for target in _destinations(rule):
                    yield from _of(target, plan, ("vault",), "rule")
        if self.picture.identities:
            yield from self._by_runners()

    def _by_runners(self) -> Iterator[_Named]:
        """The roles that something runs as: whoever changes what it runs is that role."""
        from policypack.catalog.aws_iam.escalation import holders  # nobody is there to change it where nobody acts

        arguments = holders()
        for source in self.estate.inputs:
            for _, block in sorted(source.providers.items()):
                yield from _runs(block, ("assume_role.role_arn",))
        for each in self.estate.resources:
            if each.type in arguments and each.mode == "managed" and not each.goes:
                yield from _runs(each, arguments[each.type])

    def _by_identities(self) -> Iterator[_Named]:
        seen: set[int] = set()
        for each in self.picture.identities:
            if each.trust is not None:
                yield from self._let_in(each.trust, each.domain.id, each.resource, sure=False)
            for policy in each.policies:
                if policy.origin is not None and id(policy.document) not in seen:
                    seen.add(id(policy.document))
                    yield from self._allowed(policy, policy.origin)

    def _by_holder(self, holder: Resource, domain: Domain) -> Iterator[_Named]:
        for policy in self.picture.resource_policies.get(holder.place, ()):
            yield from self._let_in(policy, domain.id, policy.origin or holder, sure=True)
        for name, text in _texts(holder):
            yield from _of(text, holder, ("key",), name)

    def _let_in(self, policy: Policy, home: str | Unknown, by: Resource, *, sure: bool) -> Iterator[_Named]:
        """Whom a policy on a resource names. Where the resource's own account is not known and the policy may well name that
        one (`sure`: do not guess), an account is nobody else's."""
        for statement in _allowing(policy):
            who = statement.get("Principal")
            for value in _many(who.get("AWS")) if isinstance(who, dict) else ():
                root = f"arn:aws:iam::{value}:root" if isinstance(value, str) and re.fullmatch(r"\d{12}", value) else value
                for each in _of(root, by, ("role", "user", "account")):
                    own = each.account == home or (sure and isinstance(home, Unknown))
                    if each.kind != "account" or not own:
                        yield each

    def _allowed(self, policy: Policy, by: Resource) -> Iterator[_Named]:
        """Whom a policy lets its holder become or pass on, and which vaults and keys it lets it do harm to."""
        for statement in _allowing(policy):
            named = [each for value in _many(statement.get("Resource")) for each in _of(value, by, ("role", "vault", "key"))]
            harmed = self._harmed(_many(statement.get("Action"))) if named else frozenset()
            yield from (each for each in named if each.kind in harmed)

    def _harmed(self, patterns: list[Value]) -> frozenset[str]:
        """The kinds of things that these actions become or do harm to. Of wildcards IAM knows only `*` and `?`."""
        texts = [each.lower().replace("[", "[[]") for each in patterns if isinstance(each, str)]
        return frozenset(
            kind for kind, calls in self._harms.items() if any(fnmatchcase(call, text) for text in texts for call in calls)
        )

    @cached_property
    def _harms(self) -> dict[str, tuple[str, ...]]:
        """Kind -> the calls, in lower case, that become such a thing or destroy it, from the catalog."""
        harms: dict[str, dict[str, None]] = {"vault": {}, "key": {}}
        for kind in ("aws_backup_vault", "aws_kms_key"):
            entry: TypeEntry | None = self.estate.catalog.entry(kind)
            known = (*entry.delete_actions, *entry.copy_delete_actions) if entry else ()
            harms["key" if entry and entry.kind == "key" else "vault"] |= {action.lower(): None for action in known}
        return {"role": _BECOMES, **{kind: tuple(found) for kind, found in harms.items()}}

    def given(self, named: _Named) -> bool:
        """Whether the inputs show it, or something that it may well be."""
        if named.kind == "account":
            return named.account in self._accounts
        if named.kind in {"vault", "key"}:
            return self._finds(named)
        parts = named.arn.split("/")
        name = parts[1] if ":assumed-role/" in named.arn else parts[-1]
        return named.arn in self._arns or (named.account, name) in self._nameless or ("", name) in self._nameless

    def _finds(self, named: _Named) -> bool:
        def fits(kind: str) -> bool:
            entry = self.estate.entries.get(kind)
            if entry is None:
                return False
            return entry.kind == "key" if named.kind == "key" else is_vault(entry.role)

        alias = named.arn.partition(":alias/")[2]
        if alias and any(each.type == "aws_kms_alias" for each in self.estate.index.by_name.get(f"alias/{alias}", ())):
            return True
        return bool(self.estate.index.find(named.arn, named.by, fits).resources)

    @cached_property
    def _accounts(self) -> set[str]:
        return {each.domain.id for each in self.picture.identities if isinstance(each.domain.id, str)}

    @cached_property
    def _arns(self) -> set[str]:
        return {each.arn for each in self.picture.identities if isinstance(each.arn, str)}

    @cached_property
    def _nameless(self) -> set[tuple[str, str]]:
        """Account ("" where it is not known) and name of every identity whose ARN need not be told in full to be it."""
        found: set[tuple[str, str]] = set()
        for each in self.picture.identities:
            name = each.resource.get("name")
            if isinstance(name, str) and (isinstance(each.arn, Unknown) or each.form == "role"):
                found.add((each.domain.id if isinstance(each.domain.id, str) else "", name))
        return found


def _of(value: Value, by: Resource, kinds: tuple[str, ...], path: str = "") -> Iterator[_Named]:
    found = _ARN.fullmatch(value) if isinstance(value, str) and value.startswith("arn:") else None
    if found is None:
        return
    kind = found["who"] or (found["root"] and "account") or (found["vault"] and "vault") or "key"
    kind = "role" if kind == "assumed-role" else kind
    if kind in kinds:
        account = found["a"] or found["b"] or found["c"] or found["d"]
        yield _Named(kind, found[0], account, by, path)


def _runs(by: Resource, paths: tuple[str, ...]) -> Iterator[_Named]:
    for path in paths:
        yield from _of(by.get(path), by, ("role",), path)


def _allowing(policy: Policy) -> Iterator[dict[str, Value]]:
    document = policy.document.document if isinstance(policy.document, Unknown) else policy.document
    for each in _many(document.get("Statement")) if isinstance(document, dict) else ():
        if isinstance(each, dict) and each.get("Effect") == "Allow":
            yield each


def _texts(resource: Resource) -> Iterator[tuple[str, str]]:
    """The texts of a resource that may name its key, with the argument: those of its blocks too."""
    for name, value in resource.values.items():
        if isinstance(value, str):  # of all stores of a plan, so that most of it is this one look
            if ":kms:" in value:
                yield name, value
        elif isinstance(value, list):
            for block in value:
                inner = block.values() if isinstance(block, dict) else ()
                yield from ((name, each) for each in inner if isinstance(each, str) and ":kms:" in each)


def _destinations(rule: Value) -> Iterator[Value]:
    for action in _many(rule.get("copy_action")) if isinstance(rule, dict) else ():
        if isinstance(action, dict):
            yield action.get("destination_vault_arn")


def _told(lost: Iterable[Sequence[_Named]]) -> Iterator[Gap]:
    """Of each that is named, one gap with the first that names it, and the inputs of all that do."""
    groups: dict[tuple[str, str], list[_Named]] = {}
    inputs: dict[str, dict[str, None]] = {}
    for first, *others in lost:
        groups.setdefault((first.kind, "" if first.kind == "account" else first.account), []).append(first)
        inputs[first.arn] = dict.fromkeys(each.by.inside for each in (first, *others))
    for (kind, account), alike in groups.items():
        if len(alike) > _ONE_BY_ONE:
            of = f" of account {account}" if account and not any(each.hidden for each in alike) else ""
            names = _listed([_name(each) for each in alike])
            said = f"{len(alike)} {kind}s{of} are referred to and not among the inputs: {names}"
            paths = tuple(dict.fromkeys(path for each in alike for path in inputs[each.arn]))
            yield Gap(said, alike[0].by.location, access=True, inputs=paths)
            continue
        for each in alike:
            said = f"{_said(each)} is referred to by {each.by.address} and not among the inputs: {_LACKS[kind]}"
            yield Gap(said, each.by.location, access=True, inputs=tuple(inputs[each.arn]))


def _name(named: _Named) -> str:
    return "a sensitive one" if named.hidden else named.account if named.kind == "account" else named.arn


def _said(named: _Named) -> str:
    if named.hidden:
        return f"{'an' if named.kind == 'account' else 'a'} {named.kind} that is sensitive"
    return f"account {named.account}" if named.kind == "account" else f"the {named.kind} {named.arn} of account {named.account}"


def _unread(identities: Iterable[Identity]) -> Iterator[Gap]:
    """The policies of the inputs' own identities that cannot be resolved, by what is missing."""
    found: dict[str, dict[str, Resource]] = {}
    for identity in identities:
        # An outsider stands where something is attached to it, and is a gap already.
        own = identity.language == "aws" and identity.resource.type.endswith(identity.form)
        beside = (each for each in (identity.boundary, identity.trust) if each is not None)
        for policy in (*identity.policies, *beside) if own else ():
            document = policy.document
            if isinstance(document, Unknown) and document.document is None:
                by = policy.origin or policy.attached_by or identity.resource
                found.setdefault(document.reason, {}).setdefault(policy.name, by)
    for reason, places in found.items():
        first = next(iter(places.values()))
        many = len(places) > _ONE_BY_ONE
        named = [(f"{len(places)} policies ({_listed(list(places))})", first)] if many else places.items()
        for name, place in named:
            yield Gap(
                f"{name if many or name.startswith('the ') else f'the policy {name}'} cannot be read: {reason}",
                place.location,
                access=True,
                inputs=tuple(dict.fromkeys(each.inside for each in places.values())) if many else (place.inside,),
            )


def _listed(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _many(value: Value) -> list[Value]:
    return value if isinstance(value, list) else [] if value is None else [value]
