"""What a resource is called in a report: its address, with its input where several have the address (`live/prod:aws_kms_key.main`).

That is also how a question names it, and how a text names what is of another input: see `policypack.model.namesakes`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from policypack.authority.once import once
from policypack.model import Infrastructure, Resource
from policypack.model.namesakes import unmarked
from policypack.run import Report

_MOST = 3


def naming(report: Report) -> Callable[[Resource], str]:
    """A function that gives the name of a resource of the report. An input as the subject of a finding has its path for one."""
    known = _inputs_of(report.infrastructure) if len(report.inputs) > 1 else {}
    own = _each_with_inputs(each.resource for each in (*report.findings, *report.suppressed) if each.resource.mode != "plan")

    def name(resource: Resource) -> str:
        address = unmarked(resource.address)
        shared = known.get(address) == "" or own.get(address) == ""
        return f"{resource.inside}:{address}" if shared else address

    return name


@once
def _inputs_of(infrastructure: Infrastructure) -> Mapping[str, str]:
    return _each_with_inputs(each for source in infrastructure.inputs for each in source.resources)


def _each_with_inputs(resources: Iterable[Resource]) -> Mapping[str, str]:
    """Address -> the input that has it, "" where several have."""
    found: dict[str, str] = {}
    for each in resources:
        address = unmarked(each.address)
        if found.setdefault(address, each.inside) != each.inside:
            found[address] = ""
    return found


def instances(first: Resource, others: Iterable[Resource]) -> str:
    """` and 2 more instances`, with the other inputs that they are in; "" where there are none."""
    rest = list(others)
    if not rest:
        return ""
    elsewhere = list(dict.fromkeys(each.inside for each in rest if each.inside != first.inside))
    more = f" and {len(elsewhere) - _MOST} more" if len(elsewhere) > _MOST else ""
    where = f" (in {', '.join(elsewhere[:_MOST])}{more})" if elsewhere else ""
    return f" and {len(rest)} more instance{'s' if len(rest) > 1 else ''}{where}"
