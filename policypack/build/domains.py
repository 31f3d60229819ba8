"""Which administrative boundary a resource lies in, from its provider block, its ARN and what the inputs know of both."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from msgspec import Struct, field

from policypack.build.estate import Estate
from policypack.build.index import account_of, asks, block_account
from policypack.catalog.entry import ProviderEntry
from policypack.model import UNKNOWN, Domain, Input, Resource, Unknown, Value

# What decides whose credentials a provider block acts with. Two blocks that say the same here act in one account.
_CREDENTIALS = (
    "access_key",
    "assume_role",
    "assume_role_with_web_identity",
    "config_path",
    "config_paths",
    "profile",
    "shared_config_files",
    "shared_credentials_files",
    "token",
    "project",
    "credentials",
    "subscription_id",
    "tenant_id",
)
_NO_ACCOUNT = Unknown("no provider block, ARN or data source tells the account")
_IDS = ("id", "self_link", "name")
_NESTED = 8


def first_written(resource: Resource, arguments: tuple[str, ...]) -> Value:
    """The value of the first of the arguments that is written."""
    return next((value for each in arguments if (value := resource.written(each)) is not None), None)


def domain_in(name: Value, facts: ProviderEntry) -> str | None:
    """The domain in a full name (`projects/shop/zones/a`), None where it has none. Reads templates too."""
    text = name.parts[0] if isinstance(name, Unknown) and name.parts else name
    if not isinstance(text, str) or not facts.domain_after:
        return None
    parts = text.split("/")
    lower = [each.lower() for each in parts]
    after = facts.domain_after.lower()
    place = lower.index(after) + 1 if after in lower else len(parts)
    return parts[place] if place < len(parts) - 1 and parts[place] not in {"", "_", "-"} else None


def is_new(resource: Resource) -> bool:
    """Whether a plan creates the resource, so that nothing the provider computes is known of it."""
    return resource.change is not None and resource.change.actions == ("create",)


class Domains(Struct, frozen=True, dict=True):
    """Resource -> domain. Names come from the settings."""

    estate: Estate
    _seen: dict[int, Domain] = field(default_factory=dict)
    _homes: dict[tuple[str, str, str, str | None], Domain] = field(default_factory=dict)

    @cached_property
    def _rules(self) -> Mapping[str, tuple[str, bool]]:
        return {rule.id: (rule.name, rule.holds == "copies") for rule in self.estate.settings.domains}

    @cached_property
    def _accounts(self) -> Mapping[tuple[str, str], str | Unknown]:
        """Input and provider key -> account, as far as anything tells it."""
        found: dict[tuple[str, str], str | Unknown] = {}
        for source in self.estate.inputs:
            for key, block in source.providers.items():
                account = block_account(block)
                if account is not None:
                    found[source.path, key] = account
        for each in self.estate.resources:
            place = (each.inside, each.provider_key)
            # Without a provider key the account of one resource says nothing about another's; what is yet to be created has no ARN.
            if not each.provider_key or isinstance(found.get(place), str) or is_new(each):
                continue
            told: Value = account_of(each.get("arn"))
            if each.mode == "data" and each.type == "aws_caller_identity":
                told = each.get("account_id")
            if isinstance(told, str):
                found[place] = told
        return found

    @cached_property
    def _same_credentials(self) -> Mapping[tuple[str, str], str]:
        """Input and provider key -> the first provider key of the input that acts with the same credentials."""
        first: dict[tuple[str, str, str], str] = {}
        found = {}
        for source in self.estate.inputs:
            for key in sorted({each.provider_key for each in source.resources} | set(source.providers)):
                name = key.rpartition(":")[2].partition(".")[0]
                sign = _signature(source, key)
                found[source.path, key] = first.setdefault((source.path, name, sign), key)
        return found

    def of(self, resource: Resource) -> Domain:
        """The domain that the resource lies in."""
        found = self._seen.get(id(resource))
        if found is None:
            found = self._seen[id(resource)] = self._of(resource)
        return found

    def _of(self, resource: Resource) -> Domain:
        facts = self.estate.catalog.provider(resource.provider)
        if facts is not None and facts.domain_arguments:
            return self._told(resource, facts, _NESTED)
        place = (resource.inside, resource.provider_key)
        own = account_of(resource.get("arn")) if resource.mode == "managed" else None
        if not resource.provider_key:
            return self._made(resource.provider, own or self._accounts.get(place), f"{resource.inside}#{resource.address}'s")
        home = (resource.provider, *place, own)
        if home not in self._homes:  # an estate has few, and comparing one with itself costs nothing
            key = f"{resource.inside}#{self._same_credentials.get(place, resource.provider_key)}"
            self._homes[home] = self._made(resource.provider, own or self._accounts.get(place), key)
        return self._homes[home]

    def _told(self, resource: Resource, facts: ProviderEntry, left: int) -> Domain:
        """The domain where arguments say it: the resource's own, its id, what it lies in, and then the provider block."""
        said = first_written(resource, facts.domain_arguments)
        if said is None:
            said = next((found for each in _IDS if (found := domain_in(resource.get(each), facts)) is not None), None)
        if said is None and left > 0 and (home := self._home(resource, facts, left)) is not None:
            return home
        block = self.estate.provider_block(resource)
        if said is None and block is not None:
            said = first_written(block, facts.domain_arguments)
        if isinstance(said, Unknown) and (domain := self._referred(said, resource, facts)) is not None:
            return domain
        if isinstance(said, Unknown) and said.references:
            key = f"{resource.inside}#={asks(said)}"
            return self.make(resource.provider, Unknown(f"the {facts.domain} depends on {asks(said)}"), key)
        if isinstance(said, str):
            shown = said.rpartition("/")[2]
            return self.make(resource.provider, shown, f"{resource.inside}#{shown}")
        own = resource.provider_key or f"{resource.address}'s"
        key = f"{resource.inside}#{self._same_credentials.get((resource.inside, own), own)}"
        return self.make(
            resource.provider, Unknown(f"neither the resource nor its provider block tells the {facts.domain}"), key
        )

    def _referred(self, said: Unknown, resource: Resource, facts: ProviderEntry) -> Domain | None:
        """The domain that an argument refers to where another platform makes it, or reads it: called by its name, or else by its
        address."""
        for each in said.references if facts.domain_types else ():
            found = self.estate.index.by_address.get((resource.inside, each.address))
            if found is not None and found.type in facts.domain_types:
                name = found.get("name")
                shown = name if isinstance(name, str) else found.address
                return self.make(resource.provider, shown, f"{resource.inside}#{shown}")
        return None

    def _home(self, resource: Resource, facts: ProviderEntry, left: int) -> Domain | None:
        """The domain of what the resource lies in, None where that is not said or cannot be found."""
        entry = self.estate.catalog.entry(resource.type)
        arguments = (entry.lies_in or (entry.member_of,)) if entry and (entry.lies_in or entry.member_of) else ()
        value = first_written(resource, arguments)
        named = domain_in(value, facts)
        if named is not None:
            return self.make(resource.provider, named, f"{resource.inside}#{named}")
        home = self.estate.index.find(value, resource, lambda kind: kind != resource.type and kind in self.estate.entries).only
        if home is None or (isinstance(value, str) and "/" not in value and self._is_another(home, resource, facts)):
            return None
        return self._told(home, facts, left - 1)

    def _is_another(self, home: Resource, resource: Resource, facts: ProviderEntry) -> bool:
        """Whether what has a plain name may be another: it is another root's, or made with another provider block while the resource's
        own block tells the domain, which is where the name is looked for."""
        if home.inside != resource.inside:
            return True
        block = self.estate.provider_block(resource) if home.provider_key != resource.provider_key else None
        return block is not None and first_written(block, facts.domain_arguments) is not None

    def _made(self, provider: str, account: str | Unknown | None, key: str) -> Domain:
        return self.make(provider, account if account is not None else _NO_ACCOUNT, key)

    def make(self, provider: str, account: str | Unknown, key: str) -> Domain:
        """A domain by its id, with what the settings say of it."""
        name, holds = self._rules.get(account, ("", False)) if isinstance(account, str) else ("", False)
        facts = self.estate.catalog.provider(provider)
        word = facts.domain if facts else "account"
        return Domain(self.estate.catalog.platform(provider), account, key, name, holds, word)

    def of_arn(self, arn: Value, holder: Resource) -> Domain | Unknown:
        """The domain that an ARN names, Unknown where the ARN does not tell."""
        facts = self.estate.catalog.provider(holder.provider)
        account = account_of(arn) or (domain_in(arn, facts) if facts else None)
        if account is None:
            return Unknown(f"the account of {asks(arn)} cannot be told") if isinstance(arn, Unknown) else UNKNOWN
        return self.make(holder.provider, account, f"{holder.inside}#{account}")


def _signature(source: Input, key: str) -> str:
    block = source.providers.get(key)
    if block is None:
        return "ambient"
    said = [(name, block.get(name)) for name in _CREDENTIALS if block.get(name) is not None]
    if any(isinstance(value, Unknown) for _, value in said):
        return key
    if not said:
        return "ambient"
    import hashlib  # loads OpenSSL, and few provider blocks say so much

    # Hashed, because an access key must not appear in anything that could be shown.
    return hashlib.sha256(repr(said).encode()).hexdigest()
