"""What is said before the diffs: what the repository holds, and what is left alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from policypack.init.recognise import Recognised
from policypack.init.survey import Survey
from policypack.scan import shown_path
from policypack.visible import visible

_MOST = 10


def told(top: Path, around: Survey, found: Recognised, said: Sequence[str]) -> str:
    """The text, with one line for each kind of thing that was looked for."""
    return "".join(f"{line}\n" for line in _lines(top, around, found, said))


def _lines(top: Path, around: Survey, found: Recognised, said: Sequence[str]) -> Iterator[str]:
    lacking = "none besides those of policypack.yaml" if found.settings.file else "none"
    yield f"inputs        {_listed([shown_path(each, top) for each in around.inputs])}"
    yield f"agents        {_listed([each.name for each in found.agents], lacking)}"
    yield f"environments  {_listed(sorted({*found.tags, *(each.name for each in found.signs)}), lacking)}"
    yield f"domains       {_listed([each.name for each in found.domains], lacking)}"
    running = [f"{each.system} ({each.path}:{each.terraform})" for each in around.pipelines if each.terraform]
    yield f"pipelines     {_listed(running)}"
    if found.lost:
        yield f"{found.lost} files could not be read, so more may be recognised once they can: `policypack scan` names them"
    if not around.in_git:
        yield "this is no git repository, so neither a hook nor a workflow is proposed"
    for each in said:
        yield ""
        yield from (visible(line) for line in each.splitlines())


def _listed(names: Sequence[str], otherwise: str = "none") -> str:
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return visible(", ".join(names[:_MOST])) + more if names else otherwise
