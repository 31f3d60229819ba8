"""GitHub workflows -> the jobs that apply Terraform: in which environment, started by what, with whose rights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct, field
from yaml.nodes import Node, ScalarNode

from policypack.model import Gap, Location, Unknown
from policypack.model.pipelines import ApplyJob
from policypack.read.commands import Applies, applies, inside
from policypack.read.yaml_nodes import elements, get, items, line_of, text, texts

_CALLS = 4
"""How deep reusable workflows may call one another (GitHub's own limit)."""
# Actions that apply: part of the name, the input that says what they do ("" where they always apply), the input with the folder.
_ACTIONS = (
    ("dflook/terraform-apply", "", "path"),
    ("dflook/tofu-apply", "", "path"),
    ("dflook/terraform-destroy", "", "path"),
    ("dflook/tofu-destroy", "", "path"),
    ("op5dev/tf-via-pr", "command", "working-directory"),
    ("gruntwork-io/terragrunt-action", "tg_command", "tg_dir"),
    ("hashicorp/terraform-github-actions", "tf_actions_subcommand", "tf_actions_working_dir"),
    ("hashicorp/tfc-workflows-github/actions/apply-run", "", ""),
)
_ROLES = ("role-to-assume", "service_account", "workload_identity_provider", "client-id")
_EXPRESSION = "it is an expression, which the run decides"


class Workflow(Struct, frozen=True):
    """One file: its path from the repository's root, as it is shown, and its content."""

    path: str
    shown: str
    root: Node


class _Called(Struct, frozen=True):
    """What is handed down to a workflow that another calls."""

    events: tuple[str, ...]
    branches: tuple[str, ...]
    environments: tuple[str | Unknown, ...] = ()
    depth: int = 0


class Found(Struct):
    """The jobs, the workflows through which they come to run, and what could not be followed."""

    by_path: Mapping[str, Workflow]
    jobs: list[ApplyJob] = field(default_factory=list)
    through: set[str] = field(default_factory=set)
    gaps: list[Gap] = field(default_factory=list)


def apply_jobs(workflows: Sequence[Workflow]) -> Found:
    """The jobs of all workflows that apply. A workflow that others call is judged where it is called."""
    found = Found({each.path: each for each in workflows})
    for each in workflows:
        events = _events(each)
        if tuple(events) != ("workflow_call",):
            started = tuple(name for name in events if name != "workflow_call")
            _walk(each, _Called(started, tuple(events.get("push", ()))), found)
    return found


def _events(workflow: Workflow) -> dict[str, list[str]]:
    """What starts it -> the branches that it is for."""
    on = get(workflow.root, "on")
    return {name: texts(get(get(on, name), "branches")) for name in texts(on)}


def _walk(workflow: Workflow, called: _Called, found: Found) -> None:
    jobs = dict(items(get(workflow.root, "jobs")))
    for name, job in jobs.items():
        environments = (*called.environments, *_environments(name, jobs, set()))
        uses = text(get(job, "uses"))
        if uses is not None:
            _call(uses, _Called(called.events, called.branches, environments, called.depth + 1), job, workflow, found)
            continue
        for made in _applied(job, workflow):
            place = Location(workflow.shown, made.line, made.line)
            found.through.add(workflow.path)
            found.jobs.append(
                ApplyJob(
                    name,
                    workflow.path,
                    "github",
                    made.command,
                    place,
                    made.directory,
                    environments,
                    called.events,
                    called.branches,
                    made.agrees,
                    tuple(_roles(job)),
                )
            )


def _call(uses: str, called: _Called, job: Node, workflow: Workflow, found: Found) -> None:
    path = uses.removeprefix("./")
    if uses.startswith("./") and path in found.by_path and called.depth <= _CALLS:
        before = len(found.jobs)
        _walk(found.by_path[path], called, found)
        if len(found.jobs) > before:
            found.through.add(workflow.path)
    elif any(word in uses.lower() for word in ("terraform", "tofu", "terragrunt", "apply")):
        line = line_of(job)
        reason = f"{workflow.shown} runs {uses}, which is not in the scanned tree: whether it applies cannot be told"
        found.gaps.append(Gap(reason, Location(workflow.shown, line, line)))


def _environments(name: str, jobs: Mapping[str, Node], seen: set[str]) -> Iterator[str | Unknown]:
    """The environments of a job and of all jobs that must have succeeded before it."""
    if name in seen or name not in jobs:
        return
    seen.add(name)
    own = get(jobs[name], "environment")
    named = text(own) or text(get(own, "name"))
    if named is not None:
        yield Unknown(_EXPRESSION) if "${{" in named else named
    for other in texts(get(jobs[name], "needs")):
        yield from _environments(other, jobs, seen)


def _applied(job: Node, workflow: Workflow) -> Iterator[Applies]:
    """One a folder: the first command in it, which agrees if any of them does."""
    found: dict[str, Applies] = {}
    for made in _commands(job, workflow):
        key = made.directory if isinstance(made.directory, str) else "\0"
        known = found.setdefault(key, made)
        if made.agrees and not known.agrees:
            found[key] = made
    yield from found.values()


def _commands(job: Node, workflow: Workflow) -> Iterator[Applies]:
    agreed = any(_agreed(get(node, "env")) for node in (workflow.root, job))
    usual = text(get(job, "defaults", "run", "working-directory")) or text(
        get(workflow.root, "defaults", "run", "working-directory")
    )
    for step in elements(get(job, "steps")):
        run, uses = get(step, "run"), text(get(step, "uses"))
        folder = inside("", text(get(step, "working-directory")) or usual or "")
        if isinstance(run, ScalarNode):
            first = line_of(run) + (run.style in {"|", ">"})
            for made in applies(run.value, agreed or _agreed(get(step, "env"))):
                where = inside(folder, made.directory) if made.directory != "" else folder
                yield Applies(made.command, where, made.agrees, first + (made.line if run.style == "|" else 0))
        elif uses is not None:
            yield from _by_action(uses, step)


def _agreed(env: Node | None) -> bool:
    return any(name.startswith("TF_CLI_ARGS") and "auto-approve" in (text(value) or "") for name, value in items(env))


def _by_action(uses: str, step: Node) -> Iterator[Applies]:
    for name, says, folder in _ACTIONS:
        if not uses.lower().startswith(name):
            continue
        does = text(get(step, "with", says)) if says else "apply"
        if does is not None and ("apply" in does or "destroy" in does or "${{" in does):
            agrees = (text(get(step, "with", "auto_approve")) or "").lower() == "true"
            where = inside("", text(get(step, "with", folder)) or "") if folder else Unknown("the workspace decides the folder")
            yield Applies(uses.partition("@")[0], where, agrees, line_of(step))


def _roles(job: Node) -> Iterator[str | Unknown]:
    for step in elements(get(job, "steps")):
        for name in _ROLES:
            named = text(get(step, "with", name))
            if named is not None:
                yield Unknown(_EXPRESSION) if "${{" in named else named
