"""What a resource is called in a report: its address, with its input where several have the address (`live/prod:aws_kms_key.main`).

That is also how a question names it, and how a text names what is of another input: see `policypack.model.namesakes`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from policypack.model import Resource
from policypack.model.namesakes import unmarked
from policypack.run import Report

_MOST = 3


def naming(report: Report) -> Callable[[Resource], str]:
    """A function that gives the name of a resource of the report."""
    shared = _shared(report) if len(report.inputs) > 1 else frozenset[str]()

    def name(resource: Resource) -> str:
        address = unmarked(resource.address)
        return f"{resource.inside}:{address}" if address in shared else address

    return name


def _shared(report: Report) -> frozenset[str]:
    """The addresses that more than one input has. An input as the subject of a finding has its path for an address."""
    of: dict[str, str] = {}
    shared: set[str] = set()
    found = (each.resource for each in (*report.findings, *report.suppressed) if each.resource.mode != "plan")
    for each in (*(each for source in report.inputs for each in source.resources), *found):
        address = unmarked(each.address)
        if of.setdefault(address, each.inside) != each.inside:
            shared.add(address)
    return frozenset(shared)


def instances(first: Resource, others: Iterable[Resource]) -> str:
    """` and 2 more instances`, with the other inputs that they are in; "" where there are none."""
    rest = list(others)
    if not rest:
        return ""
    elsewhere = list(dict.fromkeys(each.inside for each in rest if each.inside != first.inside))
    more = f" and {len(elsewhere) - _MOST} more" if len(elsewhere) > _MOST else ""
    where = f" (in {', '.join(elsewhere[:_MOST])}{more})" if elsewhere else ""
    return f" and {len(rest)} more instance{'s' if len(rest) > 1 else ''}{where}"
