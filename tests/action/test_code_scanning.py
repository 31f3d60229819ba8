"""What the action gives to code scanning: what is open, of what was scanned, and nothing where something is missing."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.action.stage import CHANGED, PROJECT, SAFE, Stage
from tests.gate.repositories import commit, git
from tests.report.strict import taken
from tests.test_cli import call

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="the scripts are for bash"),
    pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed"),
]
NEW = "agent_can_destroy_data"
OLD = "automated_backups_deleted"


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """A pull request that gives an agent the power to destroy a database."""
    return Stage(tmp_path)


def run_of(text: str) -> dict[str, Any]:
    """The one run of a SARIF file that code scanning takes."""
    (run,) = taken("alerts", text)["runs"]
    return dict(run)


def alerts(text: str) -> dict[str, str]:
    """The alerts that GitHub opens: it does so for every result, whatever else that says. By fingerprint, the check."""
    return {each["partialFingerprints"]["primaryLocationLineHash"]: each["ruleId"] for each in run_of(text)["results"]}


def uploaded(stage: Stage) -> dict[str, str]:
    """The alerts of the last upload."""
    return alerts(stage.uploads[-1]["sarif"])


def test_what_is_open_is_given(stage: Stage) -> None:
    """The upload is the file of the action's output, for the commit and the branch of the run."""
    done = stage.run("push", code_scanning="true")
    assert done.code == 1
    (upload,) = stage.uploads
    assert {NEW, OLD} < set(alerts(upload["sarif"]).values())
    assert upload["sarif"] == Path(done.outputs["sarif"]).read_text("utf-8")
    assert (upload["commit_sha"], upload["ref"]) == (git(stage.tree, "rev-parse", "HEAD"), "refs/heads/main")
    assert stage.calls[-1][1:5] == ["--silent", "--method", "POST", "repos/acme/infrastructure/code-scanning/sarifs"]


def test_nothing_is_given_unasked(stage: Stage) -> None:
    """Without the input nothing is uploaded; the file is there for a step of GitHub's own."""
    done = stage.run("push")
    assert stage.uploads == []
    assert NEW in alerts(Path(done.outputs["sarif"]).read_text("utf-8")).values()


def test_what_a_comment_accepts_opens_no_alert(stage: Stage) -> None:
    """Whoever writes a suppression has nothing else to do; when it goes, the alert is the same as before."""
    stage.run("push", code_scanning="true")
    before = uploaded(stage)
    text = stage.main.read_text("utf-8")
    stage.main.write_text(f"# allow: {OLD} (restored nightly)\n{text}", "utf-8")
    commit(stage.tree, "accepted")
    stage.run("push", code_scanning="true")
    assert OLD in before.values()
    assert uploaded(stage) == {key: check for key, check in before.items() if check != OLD}
    stage.main.write_text(text, "utf-8")
    commit(stage.tree, "taken back")
    stage.run("push", code_scanning="true")
    assert uploaded(stage) == before


def test_what_the_baseline_holds_opens_no_alert(stage: Stage) -> None:
    """A baseline of everything leaves nothing to alert of, and the file says so by its results and not by their suppressions."""
    call("scan", "infra/prod", "--write-baseline", "baseline.json", cwd=stage.tree)
    done = stage.run("push", paths="infra/prod", baseline="baseline.json", code_scanning="true")
    assert done.code == 0
    assert uploaded(stage) == {}


def test_what_the_base_has_is_not_called_fixed(stage: Stage) -> None:
    """With only-new the file has what the base has too, as the base's own run has it, so that GitHub finds nothing but the change."""
    git(stage.tree, "checkout", "-q", "--detach", stage.base)
    stage.run("push", code_scanning="true")
    before = uploaded(stage)
    stage.merged()
    done = stage.run("pull_request", code_scanning="true", only_new="true")
    after = uploaded(stage)
    assert int(done.outputs["findings"]) == len(after.keys() - before.keys()) == 4
    assert not before.keys() - after.keys()
    assert all("suppressions" not in each for each in run_of(stage.uploads[-1]["sarif"])["results"])


def test_a_pull_request_is_given_as_what_was_scanned(stage: Stage) -> None:
    """GitHub's merge of a pull request and its head are told apart; of any other commit nothing is given."""
    stage.commit = "1" * 40
    stage.run("pull_request", code_scanning="true")
    assert (stage.uploads[-1]["commit_sha"], stage.uploads[-1]["ref"]) == (stage.head, "refs/pull/7/head")
    stage.merged()
    done = stage.run("pull_request", code_scanning="true")
    assert len(stage.uploads) == 1
    assert "is not the commit of this run" in done.annotations("warning")[-1]
    stage.commit = git(stage.tree, "rev-parse", "HEAD")
    stage.run("pull_request", code_scanning="true")
    assert (stage.uploads[-1]["commit_sha"], stage.uploads[-1]["ref"]) == (stage.commit, "refs/pull/7/merge")


def test_nothing_is_given_where_something_was_lost(stage: Stage) -> None:
    """A file that cannot be read would close the alerts of what stands in it: no upload, no file to upload, and it is said."""
    (stage.main.parent / "more.tf").write_text('resource "aws_db_instance" "x" {\n', "utf-8")
    done = stage.run("push", code_scanning="true")
    assert (done.code, done.outputs["code"], done.outputs["sarif"]) == (2, "2", "")
    assert stage.uploads == []
    assert "would pass for fixed" in done.annotations("warning")[-1]


def test_a_refusal_fails_nothing_and_is_said(stage: Stage) -> None:
    """Without the permission, or where code scanning is off, findings and verdict are what they are with it."""
    (stage.folder / "broken").write_text("")
    done = stage.run("push", code_scanning="true")
    assert done.code == 1
    assert NEW in "".join(done.annotations())
    assert "security-events: write" in done.annotations("warning")[-1]
    stage.main.write_text(SAFE, "utf-8")
    assert stage.run("push", code_scanning="true", fail_on="never").code == 0


def test_a_fork_is_tried(stage: Stage) -> None:
    """Code scanning takes the analysis of a pull request from a run that may only read, so that a fork's is given too."""
    stage.merged()
    assert stage.run("fork", code_scanning="true").code == 1
    assert stage.uploads[-1]["ref"] == "refs/pull/8/merge"


def test_jobs_with_names_have_analyses_of_their_own(stage: Stage) -> None:
    """GitHub keeps one analysis of a name for a commit: two jobs do not close each other's alerts."""
    for name in ("", "prod", "a/b"):
        stage.run("push", code_scanning="true", comment_name=name)
    names = [run_of(each["sarif"])["automationDetails"]["id"] for each in stage.uploads]
    assert names == ["policypack/", "policypack/prod/", "policypack/a/b/"]
    done = stage.run("push", code_scanning="true", comment_name='x"}|e')
    assert len(stage.uploads) == 3
    assert "comment-name holds more than" in done.annotations("warning")[-1]


def test_a_tag_has_no_alerts(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is neither a branch nor a pull request is not given to code scanning, which would refuse it."""
    payload = stage.event("push")
    monkeypatch.setattr(stage, "event", lambda _: {**payload, "ref": "refs/tags/v1"})
    done = stage.run("push", code_scanning="true")
    assert stage.uploads == []
    assert "this is refs/tags/v1" in done.annotations("warning")[-1]


def test_yes_is_not_taken_for_no(stage: Stage) -> None:
    """A word that is neither true nor false is an error, and not a job without code scanning."""
    done = stage.run("push", code_scanning="yes")
    assert done.code == 2
    assert done.annotations() == ['::error title=policypack::the input code-scanning is neither "true" nor "false"']


def test_a_name_of_a_rule_stays_what_it_is(stage: Stage) -> None:
    """Only the name of the analysis is changed on the way, even where scanned text looks like it."""
    odd = '"automationDetails":{"id":"policypack/"},'
    stage.main.write_text(CHANGED.replace('identifier              = "main"', f"identifier = {json.dumps(odd)}"), "utf-8")
    commit(stage.tree, "odd")
    done = stage.run("push", code_scanning="true", comment_name="prod")
    file = run_of(Path(done.outputs["sarif"]).read_text("utf-8"))
    assert run_of(stage.uploads[-1]["sarif"]) == {**file, "automationDetails": {"id": "policypack/prod/"}}


def test_the_scripts_are_sound() -> None:
    """Shellcheck finds nothing in the scripts of the action."""
    if shutil.which("shellcheck") is None:
        pytest.skip("shellcheck is not installed")
    scripts = sorted(map(str, (PROJECT / "action").glob("*.sh")))
    assert len(scripts) == 3
    done = subprocess.run(["shellcheck", *scripts], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
