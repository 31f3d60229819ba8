"""What a plan destroys of types that nobody knows."""

from __future__ import annotations

from collections.abc import Iterator

from policypack.build.gaps import looks_like_a_store
from policypack.catalog import load_catalog
from policypack.gate.need import Need
from policypack.model import Evidence, Infrastructure


def unknown_types(infrastructure: Infrastructure) -> Iterator[Need]:
    """What is destroyed or forgotten of types that no catalog knows, where they are not known to hold nothing either."""
    catalog = load_catalog()
    for source in infrastructure.inputs:
        looks = {kind for kind in source.passed_over if kind in source.counts}
        for each in source.passed:
            prefix = each.type.partition("_")[0]
            facts = catalog.provider(prefix)
            covered = facts is not None and facts.covered
            known = catalog.entry(each.type) is not None  # and yet nobody looked at it
            if catalog.harmless(prefix) or (facts is not None and each.type in facts.stateless):
                continue
            if covered and not known and not (each.type in looks and _holds_data(source.passed_over[each.type])):
                continue
            why = "the catalog does not have its type, which looks like a store" if covered else f"no catalog is about {prefix}"
            why = "the plan calls it neither a resource nor data" if known else why
            yield Need(
                "unknown_destroyed",
                each.address,
                each.actions,
                f"The plan {'destroys' if 'delete' in each.actions else 'lets go of'} this {each.type}: {why}.",
                lost="whatever it holds" if "delete" in each.actions else "",
                because=(Evidence(f"the plan: {', '.join(each.actions)}", each.address),),
                certain=False,
            )


def _holds_data(names: tuple[str, ...]) -> bool:
    return any(looks_like_a_store(name) for name in names)
