"""The language of platforms that hand out tokens: roles, access levels and permission groups by name, each at a place.

What their own grammars say (Cloudflare's policies, Vault's paths) is worked out where the identities are made, so that nothing is
special here but the data in `policypack/catalog/scoped/platforms.yaml`. It is spoken on every platform whose catalog names tokens.
"""

from policypack.authority.scoped.language import Language
from policypack.catalog import load_catalog
from policypack.catalog.scoped import facts
from policypack.model import Site, Truth, replace


def holds(expression: str, site: Site) -> Truth:
    """Whether a grant is about a thing, where it is about things of one type: so speak the databases that a platform runs, whose
    places are the platform's."""
    return site.spot.kind == expression


_FACTS = facts("platforms")
_SPOKEN = (*_FACTS.providers, *sorted(set(load_catalog().kept_names().values()) - set(_FACTS.providers)))

LANGUAGE = Language(replace(_FACTS, providers=_SPOKEN), holds=holds)
