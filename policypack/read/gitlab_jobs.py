"""A GitLab pipeline -> its jobs that apply Terraform. What it includes from elsewhere is a gap; templates of its own file are followed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from yaml.nodes import Node, ScalarNode, SequenceNode

from policypack.model import Gap, Location, Unknown
from policypack.model.pipelines import ApplyJob
from policypack.read.commands import Applies, applies
from policypack.read.workflows import Found, Workflow
from policypack.read.yaml_nodes import elements, get, items, line_of, text, texts

_NO_JOBS = frozenset(
    [
        "after_script",
        "before_script",
        "cache",
        "default",
        "image",
        "include",
        "pages:deploy",
        "services",
        "spec",
        "stages",
        "variables",
        "workflow",
    ]
)
_TEMPLATES = 5
"""How deep `extends` is followed."""


def pipeline_jobs(pipeline: Workflow) -> Found:
    """The jobs of a pipeline that apply."""
    found = Found({pipeline.path: pipeline})
    jobs = {name: node for name, node in items(pipeline.root) if name not in _NO_JOBS}
    agreed = _agreed(get(pipeline.root, "variables"))
    for name in jobs:
        if not name.startswith("."):
            made = _made(name, jobs, pipeline, agreed)
            found.jobs.extend(made)
            found.through.update(pipeline.path for _ in made)
    if (included := get(pipeline.root, "include")) is not None:
        line = line_of(included)
        reason = f"{pipeline.shown} includes other files: whether they apply cannot be told"
        found.gaps.append(Gap(reason, Location(pipeline.shown, line, line)))
    return found


def _made(name: str, jobs: Mapping[str, Node], pipeline: Workflow, agreed: bool) -> list[ApplyJob]:
    environment = _of(name, jobs, "environment")
    named = text(environment) or text(get(environment, "name"))
    manual = _manual(name, jobs)
    agreed = agreed or _agreed(_of(name, jobs, "variables"))
    return [
        ApplyJob(
            name,
            pipeline.path,
            "gitlab",
            each.command,
            Location(pipeline.shown, line, line),
            each.directory,
            () if named is None else (Unknown("it is a variable, which the run decides") if "$" in named else named,),
            ("manual",) if manual else ("pipeline",),
            (),
            each.agrees,
            (),
            manual,
        )
        for each, line in _commands(name, jobs, agreed)
    ]


def _commands(name: str, jobs: Mapping[str, Node], agreed: bool) -> Iterator[tuple[Applies, int]]:
    """The commands of its scripts, which run one after the other in one shell, with the line of each."""
    lines: list[tuple[str, int]] = []
    for part in ("before_script", "script"):
        node = _of(name, jobs, part)
        for each in elements(node) if isinstance(node, SequenceNode) else [node]:
            if isinstance(each, ScalarNode):
                first = line_of(each) + (each.style in {"|", ">"})
                lines += [(row, first + (at if each.style == "|" else 0)) for at, row in enumerate(each.value.split("\n"))]
    for found in applies("\n".join(row for row, _ in lines), agreed):
        yield found, lines[min(found.line, len(lines) - 1)][1]


def _of(name: str, jobs: Mapping[str, Node], key: str, depth: int = 0) -> Node | None:
    """What a job says under a key, or else the templates that it extends: the last one first."""
    job = jobs.get(name)
    own = get(job, key)
    if own is not None or job is None or depth >= _TEMPLATES:
        return own
    for other in reversed(texts(get(job, "extends"))):
        if (found := _of(other, jobs, key, depth + 1)) is not None:
            return found
    return None


def _manual(name: str, jobs: Mapping[str, Node]) -> bool:
    """Whether somebody has to start it, in whatever case it runs."""
    rules = _of(name, jobs, "rules")
    whens = [text(get(rule, "when")) for rule in elements(rules)]
    usual = text(_of(name, jobs, "when"))
    return all((when or usual) in {"manual", "never"} for when in whens) if whens else usual == "manual"


def _agreed(variables: Node | None) -> bool:
    return any(name.startswith("TF_CLI_ARGS") and "auto-approve" in (text(value) or "") for name, value in items(variables))
