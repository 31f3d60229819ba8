"""What Cloudflare's tokens may do: policies of permission groups on resources (cloudflare_api_token and cloudflare_account_token,
in the form of 5.x and of 4.x)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from policypack.build.json_text import decoded
from policypack.build.platform_places import PlatformPlaces
from policypack.catalog.scoped.platform_grants import platform_facts
from policypack.model import Evidence, Grant, Level, Reference, Resource, Scope, Spot, Truth, Unknown, Value

TOKENS = frozenset({"cloudflare_api_token", "cloudflare_account_token"})
_PLATFORM = "cloudflare"
_ACCOUNT = "com.cloudflare.api.account."
_ZONE = ("com.cloudflare.api.account.zone.", "com.cloudflare.api.zone.")
_BUCKET = "com.cloudflare.edge.r2.bucket."
_BUCKET_NAME = re.compile(r"(?P<account>\$\{[^}]*\}|[^_]+)_(?P<jurisdiction>[^_]+)_(?P<name>.+)")
_HOLE = re.compile(r"\$\{([^}]*)\}")


def token_grants(token: Resource, places: PlatformPlaces) -> Iterator[Grant]:
    """What a token's policies allow and deny, one grant for each permission group and place."""
    policies = [*token.blocks("policies"), *token.blocks("policy")]
    if not policies:
        scope, _ = places.whole(_PLATFORM)
        yield Grant(
            "allow", "its policies", (), scope, _at(token, "its policies"), lost=Unknown("its policies are not written")
        )
    for policy in policies:
        if isinstance(policy, Unknown):
            scope, _ = places.whole(_PLATFORM)
            yield Grant("allow", "its policies", (), scope, _at(token, "its policies"), lost=policy)
        elif isinstance(policy, dict):
            yield from _policy(policy, token, places)


def _policy(policy: dict[str, Value], token: Resource, places: PlatformPlaces) -> Iterator[Grant]:
    effect, doubt = policy.get("effect"), None
    if isinstance(effect, Unknown):
        doubt = effect
    groups = policy.get("permission_groups")
    for name, lost in _groups(groups):
        for scope, condition in _scopes(policy.get("resources"), token, places):
            held: Truth = condition if doubt is None else doubt
            said = _at(token, f"{name} at {scope}")
            denies = effect == "deny"
            if denies and lost is not None:
                continue  # a deny of nobody knows what takes nothing away for certain
            yield Grant(
                "deny" if denies else "allow", name, (name,) if lost is None else (), scope, said, condition=held, lost=lost
            )


def _groups(groups: Value) -> Iterator[tuple[str, Unknown | None]]:
    """The permission groups: name, and why it is not known."""
    if isinstance(groups, Unknown):
        yield "permission groups that are not known", groups
    elif not isinstance(groups, list):
        yield "permission groups that are not known", Unknown("its permission groups cannot be read")
    for each in groups if isinstance(groups, list) else ():
        written = each.get("id") if isinstance(each, dict) else each
        if isinstance(written, str):
            name = platform_facts().permission_groups.get(written)
            lost = None if name else Unknown(f"which permission group {written} is, the catalog does not say")
            yield name or f"permission group {written}", lost
        else:
            yield (
                "a permission group that is not known",
                written if isinstance(written, Unknown) else Unknown("its id is not written"),
            )


def _scopes(resources: Value, token: Resource, places: PlatformPlaces) -> Iterator[tuple[Scope, Truth]]:
    """The places that a policy is about."""
    document = decoded(resources)
    if isinstance(document, dict) and document:
        read = _Reader(
            token, places, {str(each): each for each in resources.references} if isinstance(resources, Unknown) else {}
        )
        for name, value in document.items():
            yield read.scope(name)
            if isinstance(value, dict):
                yield from (read.scope(inner) for inner in value)
        return
    scope, _ = places.whole(_PLATFORM)
    yield scope, resources if isinstance(resources, Unknown) else Unknown("what the policy is about cannot be read")


class _Reader(Struct, frozen=True):
    """Reads the names of places. `holes` are the references that stand in them."""

    token: Resource
    places: PlatformPlaces
    holes: Mapping[str, Reference]

    def scope(self, name: str) -> tuple[Scope, Truth]:
        """The place that a name means, and whether it certainly does."""
        zone = next((each for each in _ZONE if name.startswith(each)), "")
        if zone:
            if name == f"{zone}*":
                return Scope(_PLATFORM, Level.EVERYTHING), True
            return Scope(_PLATFORM, Level.THING, Spot("cloudflare_zone", Unknown("a zone is named by its id"))), True
        if name.startswith(_BUCKET) and (found := _BUCKET_NAME.fullmatch(name[len(_BUCKET) :])):
            bucket: str | Unknown = found["name"]
            if "${" in found["name"]:
                bucket = Unknown("the bucket's name is not known")
            return Scope(
                _PLATFORM, Level.THING, Spot("cloudflare_r2_bucket", bucket), self._account(found["account"]).domain
            ), True
        if name.startswith(_ACCOUNT):
            account = name[len(_ACCOUNT) :]
            return self.places.whole(_PLATFORM) if account == "*" else (self._account(account), True)
        return self.places.whole(_PLATFORM)[0], Unknown(f"what {name} is, is not known")

    def _account(self, written: str) -> Scope:
        hole = _HOLE.fullmatch(written)
        known = self.holes.get(hole[1]) if hole is not None else None
        value: Value = written
        if known is not None:
            value = Unknown("the account is not known", (known,), (known,))
        elif "${" in written:
            value = Unknown("the account is not known")
        return self.places.domain(_PLATFORM, value, self.token)


def _at(token: Resource, text: str) -> Evidence:
    return Evidence(text, token.address, token.at("policies" if token.get("policies") is not None else "policy"))
