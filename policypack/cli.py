"""The command line: parse, call one function, print, exit. Nothing else prints, catches or exits.

Without `from __future__ import annotations`: typer would evaluate each annotation from its text, at every start.
"""

import os
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from policypack import __version__
from policypack.options import PlanFile, Read, Source, Workspace, reads

FORMATS = (
    "text",
    "json",
    "sarif",
    "alerts",
    "github",
    "gitlab",
    "junit",
    "rdjson",
    "markdown",
    "comment",
)

app = typer.Typer(
    name="policypack",
    help="Whether one identity can wipe out production data and every way back, told from Terraform.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Paths = Annotated[list[str] | None, typer.Argument(metavar="[PATH]...", help="Module folders, plan or state JSON, or -.")]
Format = Annotated[str, typer.Option("--format", metavar="FORMAT", help=f"What to print: {', '.join(FORMATS)}.")]
Answers = Annotated[str, typer.Option("--format", metavar="FORMAT", help="What to print: text, json.")]
Output = Annotated[list[str] | None, typer.Option("--output", metavar="FORMAT=FILE", help="Also write a file. Repeatable.")]
Config = Annotated[Path | None, typer.Option("--config", metavar="FILE", help="Settings, instead of policypack.yaml.")]
Only = Annotated[list[str] | None, typer.Option("--only", metavar="CHECK", help="Run only this check. Repeatable.")]
Skip = Annotated[list[str] | None, typer.Option("--skip", metavar="CHECK", help="Do not run this check. Repeatable.")]
FailOn = Annotated[str, typer.Option(metavar="SEVERITY", help="Exit 1 from here on: critical, high, medium, low, never.")]
Strict = Annotated[bool, typer.Option("--strict", help="Uncertain findings and gaps about production count too.")]
Baseline = Annotated[Path | None, typer.Option(metavar="FILE", help="Report only what is not in this baseline.")]
WriteBaseline = Annotated[Path | None, typer.Option(metavar="FILE", help="Freeze the findings of now, and exit 0.")]
State = Annotated[Path | None, typer.Option(metavar="FILE", help="The state as it should be (terraform state pull).")]
Changed = Annotated[bool, typer.Option("--changed", help="Each PATH is a changed file: judge the root modules that use it.")]
Base = Annotated[str | None, typer.Option(metavar="REF", help="Compare with what this commit has: origin/main.")]
OnlyNew = Annotated[bool, typer.Option("--only-new", help="Report only what the base does not have.")]
Approvals = Annotated[
    list[Path] | None, typer.Option("--approval", metavar="FILE", help="An approval, or a folder. Repeatable.")
]
Requesters = Annotated[list[str] | None, typer.Option("--requester", metavar="NAME", help="Who asked for this. Repeatable.")]
PolicyRef = Annotated[str | None, typer.Option(metavar="REF", help="Take settings and signers from this commit: origin/main.")]
LedgerFile = Annotated[
    Path | None, typer.Option("--ledger", metavar="FILE|DIR", help="Keep decisions there; an approval is good for once.")
]


def _version(value: bool) -> None:
    if value:
        typer.echo(f"policypack {__version__}")
        raise typer.Exit


@app.callback()
def policypack(
    _version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Whether one identity can wipe out production data and every way back, told from Terraform."""


@app.command()
@reads
def scan(
    paths: Paths = None,
    changed: Changed = False,
    format_: Format = "text",
    output: Output = None,
    config: Config = None,
    only: Only = None,
    skip: Skip = None,
    fail_on: FailOn = "high",
    strict: Strict = False,
    baseline: Baseline = None,
    write_baseline: WriteBaseline = None,
    base: Base = None,
    only_new: OnlyNew = False,
    *,
    read: Read,
) -> None:
    """Judge modules, plans and states together, as one estate. Without PATH: all that the current folder holds."""
    from policypack.request import Request, Telling, fulfil

    telling = Telling(format_, tuple(output or ()), fail_on, strict, baseline, write_baseline, base, only_new)
    raise typer.Exit(fulfil(Request(read(paths, changed), telling, config, tuple(only or ()), tuple(skip or ()))))


@app.command()
@reads
def diff(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="[BASE] HEAD...", help="Two modules, plans or states; a plan; with --base, PATHs."),
    ] = None,
    base: Base = None,
    format_: Annotated[str, typer.Option("--format", metavar="FORMAT", help="What to print: text, markdown, json.")] = "text",
    config: Config = None,
    *,
    read: Read,
) -> None:
    """What a change brings: powers, guards, stores, findings. Gained and lost, new and fixed. Exit 0: told."""
    from policypack.diff import Wanted, diff

    raise typer.Exit(diff(Wanted(read(paths), base, format_, config)))


@app.command("who-can")
@reads
def who_can(
    verb: Annotated[str, typer.Argument(metavar="VERB", help="destroy, overwrite, weaken, destroy-copies, destroy-all, …")],
    address: Annotated[
        str, typer.Argument(metavar="ADDRESS", help="A store, copy, vault, key or state, as Terraform prints it.")
    ],
    paths: Paths = None,
    format_: Answers = "text",
    everyone: Annotated[bool, typer.Option("--all", help="Also those that cannot.")] = False,
    config: Config = None,
    *,
    read: Read,
) -> None:
    """Who can do something to a resource, and by which way. Exit 0: asked and answered."""
    from policypack.ask import Question, who_can

    raise typer.Exit(who_can(Question(read(paths), format_, config, everyone), verb, address))


@app.command()
@reads
def can(
    identity: Annotated[str, typer.Argument(metavar="IDENTITY", help="The address or the ARN of a role or user.")],
    action: Annotated[str, typer.Argument(metavar="ACTION", help="For example rds:DeleteDBInstance.")],
    resource: Annotated[str, typer.Argument(metavar="RESOURCE", help="An address, an ARN, or *.")],
    paths: Paths = None,
    format_: Answers = "text",
    config: Config = None,
    *,
    read: Read,
) -> None:
    """One decision, with the statements that made it. Exit 0: asked and answered, whatever the answer."""
    from policypack.ask import Question, can

    raise typer.Exit(can(Question(read(paths), format_, config), identity, action, resource))


@app.command()
def gate(
    plan: Annotated[str | None, typer.Argument(metavar="PLAN.json", help="What terraform show -json printed, or -.")] = None,
    format_: Answers = "text",
    config: Config = None,
    state: State = None,
    source: Source = None,
    plan_file: PlanFile = None,
    workspace: Workspace = None,
    approval: Approvals = None,
    requester: Requesters = None,
    policy_ref: PolicyRef = None,
    ledger: LedgerFile = None,
    verify_ledger: Annotated[Path | None, typer.Option(metavar="FILE|DIR", help="Only check the chain of this ledger.")] = None,
    expect_head: Annotated[str | None, typer.Option(metavar="HASH", help="A head that the ledger once had.")] = None,
) -> None:
    """What of a plan needs approval, and whether it has it. Exit 0: nothing, or approved; 1: refused; 2: could not judge."""
    from policypack.gate import command
    from policypack.terminal import Progress, width, write

    if plan is None and verify_ledger is not None:
        answer = command.verify_ledger(verify_ledger, expect_head)
    elif plan is None or verify_ledger is not None:
        raise typer.BadParameter("either a plan or --verify-ledger", param_hint="PLAN.json")
    else:
        about = (plan, format_, config, state, source, plan_file, workspace, width())
        with Progress() as progress:
            request = command.GateRequest(*about, approval or (), requester or (), policy_ref, ledger, expect_head)
            answer = command.gate(request, progress)
    write(answer.text)
    raise typer.Exit(answer.exit_code)


@app.command()
def approve(
    plan: Annotated[str, typer.Argument(metavar="PLAN.json", help="What terraform show -json printed.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why this may happen.")],
    requester: Annotated[str, typer.Option(metavar="NAME", help="Who asked for it: nobody approves their own.")],
    key: Annotated[Path | None, typer.Option(metavar="FILE", help="SSH key; the public one if an agent holds it.")] = None,
    hours: Annotated[int | None, typer.Option(metavar="N", help="How long it is valid. The default is 24.")] = None,
    output: Annotated[Path | None, typer.Option("--output", metavar="FILE", help="Where to write it.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before signing.")] = False,
    config: Config = None,
    state: State = None,
    source: Source = None,
    plan_file: PlanFile = None,
    workspace: Workspace = None,
    policy_ref: PolicyRef = None,
) -> None:
    """Sign an approval of exactly one plan with an SSH key. The human side of the gate: shows first what will happen."""
    from policypack.gate.approve import ApproveRequest, prepare, seal
    from policypack.gate.command import GateRequest
    from policypack.terminal import Progress, agreed, width, write

    about = GateRequest(plan, "text", config, state, source, plan_file, workspace, width(), policy_ref=policy_ref)
    request = ApproveRequest(about, reason, requester, key, hours, output)
    with Progress() as progress:
        prepared = prepare(request, progress)
    write(prepared.text)
    if prepared.approval is None or not (yes or agreed("Approve this?")):
        raise typer.Exit(prepared.exit_code if prepared.approval is None else 1)
    write(seal(request, prepared))


@app.command()
def init(yes: Annotated[bool, typer.Option("--yes", help="Write what is shown, without asking.")] = False) -> None:
    """Propose policypack.yaml, pre-commit hook and workflow. Nothing is written unasked."""
    from policypack.init import carry_out, propose
    from policypack.terminal import Progress, agreed, attended, write

    with Progress() as progress:
        proposal = propose(Path.cwd(), progress)
    write(proposal.text)
    if not proposal.changes:
        write("\nnothing to write\n")
    elif yes or (attended() and agreed("Write this?")):
        write(carry_out(proposal))
    else:
        write("\nnothing was written; `policypack init --yes` writes this\n")


@app.command()
def explain(name: Annotated[str, typer.Argument(metavar="NAME", help="A check.")]) -> None:
    """The page of a check. What it asks, why, what to do, what it misses."""
    from policypack.check import checks_folder, load_checks
    from policypack.pages import page
    from policypack.scan import check_named
    from policypack.terminal import write

    write(page(check_named(load_checks(checks_folder()), name)))


@app.command()
def checks() -> None:
    """All checks, by concern, with their severity."""
    from policypack.check import checks_folder, load_checks
    from policypack.pages import listing
    from policypack.terminal import write

    write(listing(load_checks(checks_folder()).values()))


@app.command()
def where() -> None:
    """The folder of the checks, for `checkov --external-checks-dir`."""
    from policypack.check import checks_folder

    typer.echo(checks_folder())


@app.command()
def schema(name: Annotated[str, typer.Argument(metavar="report|who-can|can|diff|gate|settings", help="Which one.")]) -> None:
    """A published JSON schema. Of the JSON that is printed, or of policypack.yaml."""
    from policypack.pages import schema_text
    from policypack.terminal import write

    write(schema_text(name))


@app.command()
def new(
    kind: Annotated[str, typer.Argument(metavar="check|resource|provider", help="What to make.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="CONCERN/NAME of a check, a resource type, a provider.")],
) -> None:
    """Scaffold a check, a resource type or a provider. For a checkout of policypack."""
    from policypack.new import new as make

    here = Path.cwd()
    for path in make(kind, name, here):
        typer.echo(f"wrote {path.relative_to(here).as_posix()}")
    typer.echo("next: edit what was written, then `make test`")


def stop(reason: str, hint: str = "") -> NoReturn:
    """Ends with one line of what is wrong, one of what to do, and exit code 2: could not judge."""
    from policypack.visible import visible

    sys.stderr.write(f"policypack: {visible(reason)}\n" + (f"  {visible(hint)}\n" if hint else ""))
    raise SystemExit(2)


def main() -> None:
    """The program. Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 could not judge."""
    try:
        app()
    except Exception as error:  # noqa: BLE001 - a bug must not exit 1, which would read as "findings"
        stop(*_told(error))


def _told(error: Exception) -> tuple[str, str]:
    """What is wrong and what to do, in one line each."""
    from policypack.check import CheckError
    from policypack.read.options import ReadError
    from policypack.run import BaselineError
    from policypack.scan import ScanError
    from policypack.settings import SettingsError

    if isinstance(error, (ScanError, ReadError, SettingsError, BaselineError)):
        return error.reason, error.hint
    if isinstance(error, CheckError):
        return f"a check cannot be loaded: {error}", ""
    if os.environ.get("POLICYPACK_TRACEBACK"):
        raise error
    if isinstance(error, OSError) and error.filename:
        return f"{Path(str(error.filename)).name}: {error.strerror or type(error).__name__}", ""
    # The message of an unforeseen error may quote a value of the scanned files, so only its place is shown.
    return f"internal error: {type(error).__name__} at {_place(error)}", "set POLICYPACK_TRACEBACK=1 to see more"


def _place(error: Exception) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "an unknown line"
