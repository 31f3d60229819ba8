"""A small report made by hand: one incident, with one of everything that a format must show."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from policypack.check import Check, Finding, Severity
from policypack.model import (
    Comment,
    Credential,
    Domain,
    Environment,
    Evidence,
    Gap,
    Infrastructure,
    Input,
    Location,
    Resource,
    Store,
)
from policypack.report import Context
from policypack.run import Report, run
from policypack.settings import Settings

LINES = {
    20: "  volume = {",
    3: 'provider "railway" {',
    4: "  token = var.railway_token",
}
TODAY = date(2026, 6, 1)
DATABASE = Resource("railway_service.postgres", "railway_service", "railway", {}, Location("main.tf", 14, 24), "main.tf")
PROVIDER = Resource(
    "provider.railway", "railway", "railway", {}, Location("main.tf", 3, 5), "main.tf", mode="provider", lines={"token": (4, 4)}
)


CONTEXT = Context("0.1.0", 110, excerpt=lambda place: LINES.get(place.line) if place.file == "main.tf" else None)


def question(name: str, severity: Severity, *findings: Finding) -> Check:
    """A check that always answers the same."""

    def find(_infrastructure: Infrastructure) -> Iterator[Finding]:
        yield from findings

    return Check(
        name, severity, find, f"Title of {name}.", f"Why {name} | matters.", "Do it.", "Much.", ("NIST CP-9",), "0.1.0"
    )


def instances() -> list[Finding]:
    """One cause in three instances of a block in a module."""
    place, calls = Location("modules/db/main.tf", 1, 9), (Location("main.tf", 40, 44),)
    return [
        Finding(
            Resource(
                f'module.db["{key}"].aws_db_instance.this', "aws_db_instance", "aws", {}, place, "main.tf", module_calls=calls
            ),
            "One API call deletes it: deletion_protection is off.",
            because=(Evidence("deletion_protection is not set", location=place),),
            fix="deletion_protection = true",
            cause="deletion_protection",
        )
        for key in ("a", "b", "c")
    ]


def picture() -> Infrastructure:
    """The estate: a module with a database and a provider token, one suppression without use, two gaps."""
    store = Store(
        DATABASE,
        "volume",
        1,
        Environment("production", production=True, reason="by its name"),
        Domain("railway", "shop", "railway"),
    )
    comments = (
        Comment("# allow: token_expires_never (rotated by hand)", Location("main.tf", 2, 2), Location("main.tf", 3, 5)),
    )
    return Infrastructure(
        inputs=(Input("main.tf", "module", counts={"railway_service": 6}, comments=comments),),
        stores=(store,),
        credentials=(Credential(PROVIDER, "account token", "railway", scoped=False, expires=False),),
        gaps=(
            Gap("what the token may reach outside this module", Location("main.tf", 3, 5)),
            Gap("module.net is not downloaded: run terraform init", Location("main.tf", 30, 33)),
        ),
    )


def checks() -> dict[str, Check]:
    """One check of each kind of answer."""
    dies = Finding(
        DATABASE,
        "The only backups live on the volume and go with it.",
        because=(
            Evidence("the volume is part of the service", "railway_service.postgres", Location("main.tf", 20, 22)),
            Evidence("its backups are kept on it", "provider.railway", Location("main.tf", 4, 4)),
        ),
        fix="dump to a locked bucket in another domain",
        cause="volume",
    )
    guard = Finding(DATABASE, "Nothing refuses a delete, and it may be that nothing could.", certain=False, cause="guard")
    token = Finding(PROVIDER, "Whoever finds this token can do all that the account can.", cause="token")
    found = [
        question("backup_dies_with_store", Severity.CRITICAL, dies),
        question("store_unprotectable", Severity.HIGH, guard),
        question("token_without_scopes", Severity.HIGH, token),
        question("token_expires_never", Severity.MEDIUM),
        question("deletion_protection_off", Severity.CRITICAL, *instances()),
    ]
    return {each.name: each for each in found}


def report() -> Report:
    """The verdict of `checks` on `picture`."""
    return run(picture(), checks(), Settings(), today=TODAY)
