"""Rights on Azure and who has them, as the parts of the estate that give them say it."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from policypack.build.azure_places import Places
from policypack.build.azure_principals import Principal, Principals
from policypack.build.identity_documents import Documents
from policypack.model import Grant, Unknown, replace

Held = Iterator[tuple[Principal, Grant]]


class Parts(Struct, frozen=True):
    """What grants are put together from."""

    documents: Documents
    places: Places
    principals: Principals


def given_to(found: tuple[Principal, ...], made: list[Grant]) -> Held:
    """The grants for each of those who may be meant: one of several is only possibly the one."""
    for who in found:
        for each in made:
            vague = Unknown(f"which of several {who.resource.configured_address} it is given to is not known")
            yield who, each if who.certain or each.condition is False else replace(each, condition=vague)
