"""A report of very many findings, of every grade, in the order of a report."""

from __future__ import annotations

from policypack.check import Severity
from policypack.model import Evidence, Infrastructure, Input, Location, Resource, replace
from policypack.run import Report
from policypack.run.outcome import order
from tests.report import picture as drawn


def crowd(number: int) -> Report:
    """`number` findings about as many resources of as many blocks, in a hundred modules."""
    checks = {f"check_{grade.value}": drawn.question(f"check_{grade.value}", grade) for grade in Severity}
    grades = list(Severity)
    found = []
    for each in range(number):
        grade = grades[each % 4]
        place = Location(f"modules/m{each % 100:02}/main.tf", each // 100 * 12 + 1, each // 100 * 12 + 9)
        address = f"module.m{each % 100:02}.aws_db_instance.number{each // 100:05}"
        resource = Resource(
            address, "aws_db_instance", "aws", {}, place, "main.tf", module_calls=(Location("main.tf", each % 100 + 1),)
        )
        steps = (
            Evidence("deletion_protection is not set, and the provider's default is false", address, place),
            Evidence("its automated backups are deleted with it", "aws_backup_plan.nightly", Location("backup.tf", 4, 9)),
            Evidence("counts as production: tag env = prod", "", place),
        )
        finding = replace(drawn.instances()[0], resource=resource, because=steps, check=f"check_{grade.value}", severity=grade)
        found.append(replace(finding, message=f"One API call deletes {address}.", certain=each % 5 > 0))
    inputs = (Input(".", "module", counts={"aws_db_instance": number}),)
    return Report(Infrastructure(inputs=inputs), checks, tuple(sorted(found, key=order)))
