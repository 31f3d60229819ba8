"""The action, step by step, for a push, a pull request and the pull request of a fork."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.action.stage import ACTION, CHANGED, PROJECT, SAFE, Stage
from tests.gate.repositories import commit, git
from tests.test_cli import call

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="the scripts are for bash"),
    pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed"),
]
NEW = ["agent_can_destroy_data", "agent_can_weaken_guards", "deleter_can_unprotect", "agent_without_boundary"]


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """A pull request that gives an agent the power to destroy a database."""
    return Stage(tmp_path)


def titles(lines: list[str]) -> list[str]:
    """The checks of annotations."""
    return [re.search(r"title=(\w+)", line)[1] for line in lines]  # type: ignore[index]


def test_a_push_is_annotated_and_summed_up(stage: Stage) -> None:
    """Without a pull request there is no comment: annotations, summary, outputs, SARIF, and the verdict."""
    done = stage.run("push", paths="infra/prod", comment="true")
    assert done.code == 1
    assert stage.calls == []
    assert done.annotations()[0].startswith("::error file=infra/prod/main.tf,line=1,endLine=7,title=")
    assert set(NEW) < set(titles(done.annotations()))
    assert "aws_db_instance.main" in done.summary
    assert int(done.outputs["findings"]) > int(done.outputs["critical"]) > 0
    assert json.loads(Path(done.outputs["sarif"]).read_text())["version"] == "2.1.0"
    assert (done.outputs["code"], done.outputs["powers-gained"]) == ("1", "")


def test_a_pull_request_has_one_comment(stage: Stage) -> None:
    """It is written the first time and changed the second; it says which power the change gives, and where."""
    stage.merged()
    for number in range(2):
        done = stage.run("pull_request", paths="infra/prod", comment="true")
        assert done.code == 1
        assert len(stage.comments) == 1
        methods = [call[call.index("--method") + 1] for call in stage.calls if "--method" in call]
        assert methods == ["POST", "PATCH"][: number + 1]
    body = stage.comments[0]["body"]
    gives = "gives `aws_iam_role.agent` (agent) the power to destroy, weaken and destroy copies of `aws_db_instance.main`"
    assert f"- {gives}: `infra/prod/main.tf:20`<br>how: aws" in body
    assert gives in done.summary
    assert done.outputs["powers-gained"] == "3"
    assert f"For commit {stage.head[:12]}" in body


def test_only_new_reports_what_the_base_does_not_have(stage: Stage) -> None:
    """The findings of the base are counted and not reported; the verdict is about the rest."""
    stage.merged()
    done = stage.run("pull_request", paths="infra/prod", only_new="true")
    assert titles(done.annotations()) == NEW
    assert done.outputs["findings"] == str(len(NEW))
    assert "findings of before are not reported again" in done.summary


def test_nothing_new_passes(tmp_path: Path) -> None:
    """A change of something else passes, though the base has findings; no comment is written about nothing."""
    stage = Stage(tmp_path, after=f"# a comment\n\n{SAFE}")
    done = stage.run("pull_request", only_new="true", comment="true")
    assert (done.code, done.annotations(), done.outputs["findings"]) == (0, [], "0")
    assert stage.comments == []


def test_a_comment_that_is_there_is_told_that_all_is_well(stage: Stage, tmp_path: Path) -> None:
    """Once the power is taken back, the comment of before says so."""
    stage.run("pull_request", only_new="true", comment="true")
    (tmp_path / "second").mkdir()
    stage.main.write_text(SAFE)
    commit(stage.tree, "taken back")
    assert stage.run("pull_request", only_new="true", comment="true").code == 0
    assert len(stage.comments) == 1
    assert "Nothing found." in stage.comments[0]["body"]


def test_a_fork_gets_annotations_and_no_comment(stage: Stage) -> None:
    """A run that may only read says all that it found, and asks for nothing that it may not have."""
    stage.merged()
    done = stage.run("fork", paths="infra/prod", comment="true", only_new="true")
    assert done.code == 1
    assert stage.calls == []
    assert titles(done.annotations()) == NEW
    assert "the pull request comes from a fork" in done.annotations("notice")[-1]


def test_a_comment_that_fails_hides_nothing(stage: Stage) -> None:
    """Without the permission the findings, the summary and the verdict are what they are with it."""
    (stage.folder / "broken").write_text("")
    stage.merged()
    done = stage.run("pull_request", comment="true", only_new="true")
    assert (done.code, titles(done.annotations())) == (1, NEW)
    assert "no comment was written: the comments cannot be read" in done.annotations("notice")[-1]
    (stage.folder / "more").mkdir()
    quiet = Stage(stage.folder / "more", after=SAFE)
    (quiet.folder / "broken").write_text("")
    assert quiet.run("pull_request", comment="true", only_new="true").code == 0


def test_a_comment_of_somebody_else_is_left_alone(stage: Stage) -> None:
    """Whoever writes a comment that begins like ours does not get it changed."""
    theirs = {"id": 5, "body": "<!-- policypack -->\nall is well", "user": {"type": "User"}, "author_association": "NONE"}
    (stage.folder / "comments.json").write_text(json.dumps([theirs]))
    stage.run("pull_request", comment="true")
    assert [each["body"] == theirs["body"] for each in stage.comments] == [True, False]


def test_jobs_with_names_have_comments_of_their_own(stage: Stage) -> None:
    """Two jobs of one pull request do not overwrite each other; a name that is none is refused without failing the job."""
    for name in ("", "prod", "prod", "a/b"):
        stage.run("pull_request", comment="true", comment_name=name)
    firsts = [each["body"].splitlines()[0] for each in stage.comments]
    assert firsts == ["<!-- policypack -->", "<!-- policypack/prod -->", "<!-- policypack/a/b -->"]
    done = stage.run("pull_request", comment="true", comment_name='x") | .[0]')
    assert "comment-name holds more than" in done.annotations("notice")[-1]


def test_a_shallow_clone_is_said_and_nothing_is_left_out(stage: Stage) -> None:
    """Where the base cannot be had, all findings are reported, and an annotation says why and what to do."""
    everything = titles(stage.run("push", paths="infra/prod").annotations())
    stage.merged()
    stage.cloned(1, "HEAD")
    done = stage.run("pull_request", paths="infra/prod", only_new="true")
    assert titles(done.annotations()) == everything
    assert "the clone is shallow" in done.annotations("warning")[0]
    assert "All findings are reported" in done.summary


def test_two_commits_are_enough(stage: Stage) -> None:
    """In a clone with the merge commit and its parents the first parent is the base, though the event names an older one."""
    stage.merged()
    stage.cloned(2, "HEAD")
    stage.base = "1" * 40
    done = stage.run("pull_request", only_new="true")
    assert titles(done.annotations()) == NEW


def test_a_merge_of_the_pull_request_is_no_base(stage: Stage) -> None:
    """A pull request whose head is a merge commit does not choose what it is compared with."""
    git(stage.tree, "checkout", "-q", "-b", "side", stage.base)
    git(stage.tree, "commit", "-q", "--allow-empty", "-m", "nothing")
    git(stage.tree, "checkout", "-q", "change")
    git(stage.tree, "merge", "-q", "--no-ff", "-m", "merge", "side")
    stage.head = git(stage.tree, "rev-parse", "HEAD")
    stage.cloned(2, "HEAD")
    stage.base = "1" * 40
    done = stage.run("pull_request", only_new="true")
    assert set(NEW) < set(titles(done.annotations()))
    assert "nothing was compared" in done.annotations("warning")[0]


def test_paths_are_those_of_the_repository(stage: Stage) -> None:
    """With a working directory, and with no paths at all, annotations and SARIF name files from the root on."""
    done = stage.run("push", working_directory="infra/prod", sarif="out.sarif")
    assert all("file=infra/prod/main.tf," in line for line in done.annotations())
    assert done.outputs["sarif"] == str(stage.tree / "infra" / "prod" / "out.sarif")
    assert '"uri":"infra/prod/main.tf"' in Path(done.outputs["sarif"]).read_text().replace(" ", "")


def test_findings_of_a_plan_lie_on_lines_of_code(stage: Stage) -> None:
    """A plan that lies in its root module is annotated in the module's files, on the blocks that it is about."""
    example = PROJECT / "terraform-examples" / "changes" / "agent_gains_power"
    folder = stage.tree / "infra" / "planned"
    shutil.copytree(example, folder)
    commit(stage.tree)
    done = stage.run("pull_request", working_directory="infra", paths="planned/plan.json", only_new="true")
    lines = (folder / "main.tf").read_text().splitlines()
    gained = [line for line in done.annotations() if "title=agent_gains_power" in line]
    place = re.match(r"::error file=infra/planned/main\.tf,line=(\d+),endLine=\d+,", gained[0])
    assert place is not None
    assert lines[int(place[1]) - 1].startswith('resource "aws_iam_role" "report_agent"')
    assert "gives `aws_iam_role.report_agent` (agent) the power to destroy copies of" in done.summary
    assert "`infra/planned/main.tf:" in done.summary


def test_only_new_without_a_pull_request_reports_all(stage: Stage) -> None:
    """A push has no base unless one is named, which is said."""
    done = stage.run("push", only_new="true")
    assert "only-new has no meaning" in done.annotations("notice")[0]
    assert len(done.annotations()) > len(NEW)
    assert titles(stage.run("push", only_new="true", base="main").annotations()) == NEW


def test_every_input_reaches_the_scan(stage: Stage) -> None:
    """Baseline, settings, variables, strictness and threshold do in the action what the options do."""
    done = call("scan", "infra/prod", "--write-baseline", "baseline.json", cwd=stage.tree)
    assert done.returncode == 0
    assert stage.run("push", paths="infra/prod", baseline="baseline.json").code == 0
    (stage.tree / "mine.yaml").write_text("version: 1\nenvironments: {development: {addresses: ['*']}}\n")
    assert stage.run("push", paths="infra/prod", config="mine.yaml").code == 0
    assert stage.run("push", paths="infra/prod", fail_on="never").code == 0
    stage.main.write_text(SAFE.replace("= true", "= var.on") + 'variable "on" { type = bool }\n')
    (stage.tree / "on.tfvars").write_text("on = false\n")
    assert "deletion_protection_off" not in titles(stage.run("push").annotations())
    assert "deletion_protection_off" in titles(stage.run("push", var_file="on.tfvars\n").annotations())
    loose, strict = (stage.run("push", strict=each).annotations() for each in ("false", "true"))
    assert len(strict) > len(loose)


def test_what_cannot_be_judged_fails_the_job(stage: Stage) -> None:
    """A path that is not there and a broken file are never a green job."""
    done = stage.run("push", paths="nowhere")
    assert (done.code, done.outputs["code"]) == (2, "2")
    stage.main.write_text(f'resource "aws_db_instance" "x" {{\n{CHANGED}')
    assert stage.run("push", fail_on="never").code == 2


@pytest.mark.parametrize(
    ("word", "expected"), [("True", 1), ("FALSE", 0), ("yes", 2), ("1", 2), ("true\n::stop-commands::x", 2)]
)
def test_a_switch_is_on_or_off_or_wrong(stage: Stage, word: str, expected: int) -> None:
    """What is neither true nor false is no green job: `strict: yes` is not taken for no."""
    stage.main.write_text(SAFE.replace("= true", "= var.on") + 'variable "on" { type = bool }\n')
    done = stage.run("push", strict=word, fail_on="critical")
    assert (done.code == 2) is (expected == 2)
    if expected == 2:
        assert done.annotations() == ['::error title=policypack::the input strict is neither "true" nor "false"']
        assert "stop-commands" not in done.log
    assert stage.run("push", only_new=word).code == (2 if expected == 2 else 1)


def test_words_with_a_meaning_for_the_shell_are_only_words(stage: Stage) -> None:
    """Inputs and the titles of events are never part of a script."""
    done = stage.run("pull_request", paths="$(touch pwned)\n; touch pwned", config="`touch pwned`", fail_on="never")
    assert done.code == 2
    assert not list(stage.folder.rglob("pwned"))
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step["run"]


def test_the_checkout_is_no_place_to_import_from(tmp_path: Path) -> None:
    """A module of the pull request that is called like one of Python's is not what is run: every Python is isolated."""
    called = [
        line for step in ACTION["runs"]["steps"] for line in step["run"].splitlines() if re.search(r"python.*\s-[mc]\b", line)
    ]
    assert len(called) == 2
    assert all(re.search(r'python\)?" -I -m ', line) for line in called)
    assert not re.search(r"\bpython", "".join(path.read_text() for path in (PROJECT / "action").glob("*.sh")))
    (tmp_path / "venv.py").write_text("raise SystemExit('hostile')")
    done = subprocess.run([sys.executable, "-I", "-m", "venv", "--help"], cwd=tmp_path, check=False, capture_output=True)
    assert done.returncode == 0


def test_the_tool_is_installed_once(stage: Stage) -> None:
    """A second use of the action in a job does not install again."""
    stage.run("push")
    stage.run("push")
    installs = (stage.folder / "installs").read_text().splitlines()
    assert len(installs) == 2
    assert installs[1].endswith(str(PROJECT))


def test_the_pipelines_are_safe_and_valid() -> None:
    """Zizmor finds nothing in the action and the workflows, and nothing that GitHub would not read."""
    program = Path(sys.executable).with_name("zizmor")
    if not program.exists():
        pytest.skip("zizmor has no build for this machine")
    command = [str(program), "--offline", "--strict-collection", "--quiet", "action.yml", ".github/workflows"]
    done = subprocess.run(command, cwd=PROJECT, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
def test_the_filter_of_comments_is_jq() -> None:
    """What gh is asked for picks the comments that its stand-in in these tests picks."""
    text = (PROJECT / "action" / "comment.sh").read_text()
    found = re.search(r'^ours="(.*?[.]id)"$', text, re.MULTILINE | re.DOTALL)
    assert found is not None
    asked = found[1].replace('\\"', '"').replace("$mark", "<!-- policypack -->")
    kinds = [("Bot", "NONE"), ("User", "NONE"), ("User", "MEMBER"), ("User", "CONTRIBUTOR"), ("User", "OWNER")]
    comments = [
        {"id": number, "body": f"{mark}\n…", "user": {"type": kind}, "author_association": said}
        for number, (mark, (kind, said)) in enumerate((m, k) for m in ("<!-- policypack -->", "hello") for k in kinds)
    ]
    comments.append({"id": 99, "body": None, "user": {"type": "Bot"}, "author_association": "NONE"})
    done = subprocess.run(["jq", asked], input=json.dumps(comments), check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["0", "2", "4"]
