"""`policypack init`: what a repository holds, and the files that it lacks to be judged everywhere. Nothing is written unasked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from policypack.init.files import Change, diff, write_all
from policypack.init.hook import hook
from policypack.init.recognise import recognise
from policypack.init.settings_file import settings_file
from policypack.init.survey import survey
from policypack.init.told import told
from policypack.init.workflow import ACTION, workflow
from policypack.read.git import root_of

__all__ = ["Proposal", "carry_out", "propose"]


class Proposal(Struct, frozen=True):
    """What to show, and the files that would be written in `top`."""

    top: Path
    text: str
    changes: tuple[Change, ...] = ()


def propose(folder: Path, tell: Callable[[str], None]) -> Proposal:
    """What is missing in the repository around the folder, or in the folder where there is none.

    Raises ScanError where there is no Terraform at all, SettingsError where there is a policypack.yaml that cannot be used.
    """
    top = root_of(folder) or folder.resolve()
    around = survey(top)
    recognised = recognise(top, around.inputs, tell)
    asked = [settings_file(top, recognised)]
    if around.in_git:
        asked += [hook(top), workflow(top, around)]
    changes = tuple(each for each in asked if isinstance(each, Change))
    said = [each for each in asked if isinstance(each, str)]
    if any(ACTION in each.after for each in changes) and ACTION.startswith("OWNER/"):
        said.append(f"{ACTION} stands for the repository that you have policypack from: write its name there")
    shown = "".join(f"\n{diff(each)}" for each in changes)
    return Proposal(top, told(top, around, recognised, said) + shown, changes)


def carry_out(proposal: Proposal) -> str:
    """Writes the files, and says which. Raises ScanError where one cannot be written, or is not any more what was shown."""
    return "".join(f"wrote {path}\n" for path in write_all(proposal.top, proposal.changes))
