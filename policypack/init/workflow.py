"""The workflow that judges every pull request."""

from __future__ import annotations

from pathlib import Path

from policypack import __version__
from policypack.init.files import Change, behind_link, exists
from policypack.init.survey import WORKFLOWS, Survey

ACTION = "OWNER/policypack"
PATH = f"{WORKFLOWS}/policypack.yml"
CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"
_TEXT = f"""# Made by `policypack init`: annotations on the lines of a pull request, and a summary of the job.
name: policypack
on:
  pull_request:
permissions: {{}}
jobs:
  policypack:
    runs-on: ubuntu-latest
    permissions:
      contents: read
      # pull-requests: write # for one comment that is kept up to date, with comment: "true" below
    steps:
      - uses: {CHECKOUT}
        with:
          fetch-depth: 0 # the base is compared with
          persist-credentials: false
      - uses: {ACTION}@v{__version__} # a tag can be moved: better the commit that it stands for
        with:
          only-new: "true" # what the base has is counted, and not reported
"""


def workflow(top: Path, around: Survey) -> Change | str:
    """The workflow, or why there is none to write."""
    used = next((each for each in around.pipelines if each.policypack), None)
    if used is not None:
        return f"{used.path}:{used.policypack} names policypack already, so no workflow is added"
    if behind_link(top, PATH):
        return f"a folder of {PATH} is a link, through which nothing is written"
    if exists(top / PATH):
        return f"{PATH} exists and is left as it is"
    others = [each for each in around.pipelines if each.system != "GitHub Actions"]
    if others and not around.on_github:
        return f"{others[0].path} is {others[0].system}'s, and is left as it is; docs/formats.md has the job to add"
    return Change(PATH, None, _TEXT)
