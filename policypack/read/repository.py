"""Reads what the repository around a module says of who applies: pipelines and CODEOWNERS, as data, within bounds."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from policypack.model import Gap, Location
from policypack.model.pipelines import OwnerRule, Repository
from policypack.read.files import Tree, list_folder, not_text, read_bytes

MAX_WORKFLOW = 256 * 1024
"""The largest workflow that is read. Long ones that people write have a tenth of that."""
MAX_TOGETHER = 2**20
"""How much of all workflows together is read."""
MAX_WORKFLOWS = 300
MAX_OWNERS = 3 * 2**20
"""The largest CODEOWNERS that counts (GitHub's own limit)."""
WORKFLOWS = ".github/workflows"
PIPELINE = ".gitlab-ci.yml"
OWNERS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
RULES = ("policypack.yaml", ".policypack/allowed_signers")
"""What the gate decides by: the settings, and those who may approve where the documentation has them."""
TELLING = re.compile(rb"terraform|tofu|terragrunt|apply|destroy|\./\.github/workflows/", re.IGNORECASE)
"""A pipeline that holds none of these applies nothing, and calls nothing that does under a telling name: it is not parsed."""
_TOOL = re.compile(rb"terraform|tofu|terragrunt|tf-via-pr|tfc-workflows", re.IGNORECASE)
_VERB = re.compile(rb"\b(?:apply|destroy)\b|tf-via-pr|tg_command|tf_actions_subcommand", re.IGNORECASE)


def read_repository(folder: Path, tree: Tree) -> Repository | None:
    """What the repository says in which the module lies, None where nothing in it applies.

    The repository's files are looked for in the module's folder and in those around it, up to the root of the scanned tree; the
    nearest that has any is taken for the repository's root.
    """
    root = _root(folder, tree)
    if root is None:
        return None
    texts, gaps = _pipelines(root, tree)
    if not any(_TOOL.search(data) and _VERB.search(data) for data in texts.values()):
        return Repository(gaps=gaps) if gaps else None
    from policypack.read.gitlab_jobs import pipeline_jobs  # YAML is slow to import
    from policypack.read.workflows import Found, Workflow, apply_jobs
    from policypack.read.yaml_nodes import parse

    read: list[Workflow] = []
    problems = list(gaps)
    for name, data in texts.items():
        shown = tree.shown(root / name)
        try:
            node = parse(data.decode("utf-8"))
        except ValueError as error:
            why = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else error
            problems.append(Gap(f"{shown} was not read: {why}", Location(shown)))
            continue
        if node is not None:
            read.append(Workflow(name, shown, node))
    found = apply_jobs([each for each in read if each.path != PIPELINE])
    other = next((pipeline_jobs(each) for each in read if each.path == PIPELINE), Found({}))
    found = Found({}, [*found.jobs, *other.jobs], found.through | other.through, [*found.gaps, *other.gaps])
    if not found.jobs:
        return Repository(gaps=(*problems, *found.gaps)) if problems or found.gaps else None
    owners_file, owners = _owners(root, tree)
    own = [name for name in RULES if tree.holds(root / name) and (root / name).is_file()]
    module = os.path.relpath(os.path.realpath(folder), os.path.realpath(root)).replace(os.sep, "/")
    return Repository(
        module="" if module == "." else module,
        jobs=tuple(found.jobs),
        owners_file=owners_file,
        owners=owners,
        files=(*sorted(found.through), *([owners_file] if owners_file else []), *own),
        gaps=(*problems, *found.gaps),
    )


def _root(folder: Path, tree: Tree) -> Path | None:
    real = Path(os.path.realpath(folder))
    for candidate in (real, *real.parents):
        if not candidate.is_relative_to(tree.root):
            return None
        if (candidate / WORKFLOWS).is_dir() or (candidate / PIPELINE).is_file():
            return _as_given(candidate, real, folder)
    return None


def _as_given(root: Path, real: Path, folder: Path) -> Path:
    """The same folder, by the name under which the module was given: what is shown must not say where links lead."""
    steps = len(real.parts) - len(root.parts)
    return (
        folder.parents[steps - 1]
        if 0 < steps <= len(folder.parents) and _same(folder.parents[steps - 1], root)
        else (folder if steps == 0 else root)
    )


def _same(one: Path, other: Path) -> bool:
    return os.path.realpath(one) == str(other)


def _pipelines(root: Path, tree: Tree) -> tuple[dict[str, bytes], tuple[Gap, ...]]:
    """Path -> content of the workflows and of the pipeline that may matter."""
    names = list_folder(root / WORKFLOWS, tree) if (root / WORKFLOWS).is_dir() else []
    if isinstance(names, Gap):
        return {}, (Gap(names.reason, names.location),)
    found: dict[str, bytes] = {}
    gaps: list[Gap] = []
    wanted = [f"{WORKFLOWS}/{name}" for name in names if name.endswith((".yml", ".yaml"))]
    wanted += [PIPELINE] if (root / PIPELINE).is_file() else []
    together = 0
    for at, name in enumerate(wanted):
        if at >= MAX_WORKFLOWS or together > MAX_TOGETHER:
            shown = tree.shown(root / WORKFLOWS)
            gaps.append(Gap(f"{shown} has more than a scan reads; {len(wanted) - at} workflows were not read", Location(shown)))
            break
        data = read_bytes(root / name, tree, MAX_WORKFLOW)
        if isinstance(data, Gap):
            gaps.append(Gap(data.reason, data.location))  # no input is lost with it
        elif TELLING.search(data):
            found[name] = data
            together += len(data)
    return found, tuple(gaps)


def _owners(root: Path, tree: Tree) -> tuple[str, tuple[OwnerRule, ...]]:
    """The CODEOWNERS that counts (the first of its places) and its lines."""
    for name in OWNERS:
        path = root / name
        if not path.is_file():
            continue
        data = read_bytes(path, tree, MAX_OWNERS)
        if isinstance(data, Gap) or not_text(data) is not None:
            return "", ()
        return name, tuple(_rules(data.decode("utf-8"), tree.shown(path)))
    return "", ()


def _rules(text: str, shown: str) -> Iterator[OwnerRule]:
    for number, line in enumerate(text.splitlines(), 1):
        words = re.split(r"(?<!\\)\s+", re.sub(r"(?:^|\s)#.*", "", line).strip())
        if words[0] and not words[0].startswith("["):
            yield OwnerRule(words[0].replace("\\ ", " "), tuple(words[1:]), Location(shown, number, number))
