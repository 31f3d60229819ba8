"""`policypack diff` as a user calls it: two folders, two plans or states, a plan alone, a commit."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from policypack.pages import schema_text
from tests.action.stage import CHANGED, SAFE
from tests.gate.repositories import commit, git
from tests.test_cli import ROOT, call

EXAMPLES = ROOT / "terraform-examples"
GAINS = EXAMPLES / "changes" / "agent_gains_power" / "plan.json"


def told(*arguments: str, cwd: Path) -> Any:
    """What the JSON says; it is what the published schema describes."""
    done = call("diff", "--format", "json", *arguments, cwd=cwd)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    jsonschema.validate(found, json.loads(schema_text("diff")))
    return found


def written(folder: Path, text: str, name: str = "main.tf") -> Path:
    """A module of one file."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)
    return folder


def sides(tmp_path: Path, before: str, after: str) -> Any:
    """The difference of two modules."""
    written(tmp_path / "old", before)
    written(tmp_path / "new", after)
    return told("old", "new", cwd=tmp_path)


def powers(found: Any) -> set[tuple[str, str, str]]:
    """Who, does what, to what."""
    return {(each["identity"], each["verb"], each["target"]) for each in found}


AGENT, DATABASE = "aws_iam_role.agent", "aws_db_instance.main"


def test_a_power_that_is_gained_is_told_with_its_line(tmp_path: Path) -> None:
    """Two versions of a module: who gains what, by which statement; the other way round the same is lost."""
    found = sides(tmp_path, SAFE, CHANGED)
    assert powers(found["powers"]["gained"]) == {(AGENT, verb, DATABASE) for verb in ("destroy", "weaken", "destroy-copies")}
    destroy = next(each for each in found["powers"]["gained"] if each["verb"] == "destroy")
    assert (destroy["outcome"], destroy["other_side"], destroy["production"], destroy["new_target"]) == (
        "yes",
        "no",
        True,
        False,
    )
    assert destroy["path"][0]["location"]["file"] == "new/main.tf"
    assert found["powers"]["lost"] == []
    shutil.move(tmp_path / "new", tmp_path / "newer")
    back = told("newer", "old", cwd=tmp_path)
    said = " ".join(call("diff", "newer", "old", cwd=tmp_path).stdout.split())
    assert f"takes from {AGENT} (agent) the power to destroy, weaken and destroy copies of {DATABASE}" in said
    assert "gives" not in said
    assert powers(back["powers"]["lost"]) == powers(found["powers"]["gained"])
    assert back["powers"]["gained"] == []
    fixed = {(each["check"], each["resource"]) for each in back["findings"]["fixed"]}
    assert fixed == {(each["check"], each["resource"]) for each in found["findings"]["new"]} != set()


def test_the_sentence_is_the_one_that_was_asked_for(tmp_path: Path) -> None:
    """A person reads who gets the power to do what to which store, and where that is written."""
    written(tmp_path / "old", SAFE)
    written(tmp_path / "new", CHANGED)
    done = call("diff", "old", "new", cwd=tmp_path)
    said = " ".join(done.stdout.split())
    assert f"gives {AGENT} (agent) the power to destroy, weaken and destroy copies of {DATABASE}: new/main.tf:20" in said
    marked = call("diff", "old", "new", "--format", "markdown", cwd=tmp_path).stdout
    assert f"- gives `{AGENT}` (agent) the power to destroy" in marked


ADMIN = """
resource "aws_iam_user" "bot" {
  name = "deploy-bot"
}
resource "aws_iam_user_policy" "bot" {
  user   = aws_iam_user.bot.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }] })
}
resource "aws_s3_bucket" "new" {
  bucket = "acme-new"
}
"""


def test_rights_of_ones_choosing_are_told_once(tmp_path: Path) -> None:
    """Who may change rights has many ways to more: a reviewer is told one, the JSON has all; what is new is marked as new."""
    found = sides(tmp_path, SAFE, SAFE + ADMIN)
    ways = [each for each in found["powers"]["gained"] if each["verb"] == "escalate" and " " in each["target"]]
    assert len(ways) > 1
    said = " ".join(call("diff", "old", "new", cwd=tmp_path).stdout.split())
    assert said.count("the power to give itself, or somebody new, rights of its choosing") == 1
    assert "a new principal made by" not in said
    assert "the power to destroy, overwrite and weaken aws_s3_bucket.new (new): new/main.tf:" in said


def test_one_more_who_may_change_rights_gives_nothing_to_others(tmp_path: Path) -> None:
    """Who could give itself rights of its choosing can do no more for it that a change names another whom it could give them to."""
    other = ADMIN.replace('"bot"', '"another"').replace("user.bot", "user.another").replace("deploy-bot", "another-bot")
    found = sides(tmp_path, SAFE + ADMIN, other.split('resource "aws_s3_bucket"')[0] + SAFE + ADMIN)
    gained = found["powers"]["gained"]
    assert {each["target"] for each in gained if each["identity"] != "aws_iam_user.another"} == {"aws_iam_user.another"}
    assert any(" " in each["target"] for each in gained)
    assert not found["powers"]["lost"]


def test_rights_of_ones_choosing_can_be_lost(tmp_path: Path) -> None:
    """Who may no longer change rights loses that, whoever they could have given them to."""
    fewer = ADMIN.replace('Action = "*"', 'Action = "s3:*"')
    found = sides(tmp_path, SAFE + ADMIN, SAFE + fewer)
    assert any(each["verb"] == "escalate" and " " in each["target"] for each in found["powers"]["lost"])
    assert not found["powers"]["gained"]


def test_a_key_with_a_blank_is_no_choice_of_rights(tmp_path: Path) -> None:
    """Whoever gains the power to become an instance of a user is told its name, blanks in its key or not."""
    users = """
resource "aws_iam_user" "ops" {
  for_each = toset(["night shift"])
  name     = "ops"
}
resource "aws_iam_user_policy" "ops" {
  user   = aws_iam_user.ops["night shift"].name
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "rds:*", Resource = "*" }] })
}
"""
    bot = ADMIN.replace('Action = "*"', 'Action = "iam:CreateAccessKey"')
    found = sides(tmp_path, SAFE + bot, SAFE + bot + users)
    assert 'aws_iam_user.ops["night shift"]' in {
        each["target"] for each in found["powers"]["gained"] if each["verb"] == "escalate"
    }
    said = " ".join(call("diff", "old", "new", cwd=tmp_path).stdout.split())
    assert 'the power to take over aws_iam_user.ops["night shift"]' in said
    assert "rights of its choosing" not in said


def test_very_many_powers_are_few_sentences(tmp_path: Path) -> None:
    """One statement about sixty buckets is one sentence that counts them, and sixty entries of the JSON."""
    buckets = "".join(f'resource "aws_s3_bucket" "b{each}" {{\n  bucket = "acme-{each}"\n}}\n' for each in range(60))
    found = sides(tmp_path, SAFE + buckets, SAFE.replace('"rds:DescribeDBInstances"', '"s3:DeleteObject"') + buckets)
    assert len(found["powers"]["gained"]) == 60
    said = " ".join(call("diff", "old", "new", cwd=tmp_path).stdout.split())
    assert said.count("gives aws_iam_role.agent") == 1
    assert "aws_s3_bucket.b0, aws_s3_bucket.b1, aws_s3_bucket.b10, aws_s3_bucket.b11 and 56 more: new/main.tf:20" in said


def test_equal_sides_differ_in_nothing(tmp_path: Path) -> None:
    """What only moves lines, or renames a file, changes no power, guard, backup or finding."""
    written(tmp_path / "old", SAFE)
    written(tmp_path / "new", f"\n\n# moved\n{SAFE}", "other.tf")
    assert "No power, guard, backup or finding changes." in call("diff", "old", "new", cwd=tmp_path).stdout
    found = told("old", "new", cwd=tmp_path)
    for part in ("powers", "guards", "stores", "findings"):
        assert not any(found[part].values())


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "deletion_protection     = true",
            "deletion_protection     = false",
            "deletion protection: deletion_protection = false",
        ),
        ("deletion_protection     = true", "", "deletion protection: deletion_protection is not set"),
        (
            "deletion_protection     = true",
            "deletion_protection     = var.on",
            "deletion protection: deletion_protection is not known",
        ),
    ],
)
def test_a_guard_that_goes_is_told(old: str, new: str, words: str, tmp_path: Path) -> None:
    """Turned off, left out, or no longer known: what held is told to be lost, for certain or perhaps; put back, it is added."""
    after = f'{SAFE.replace(old, new)}\nvariable "on" {{ type = bool }}\n'
    found = sides(tmp_path, SAFE, after)
    (guard,) = found["guards"]["removed"]
    assert guard["resource"] == DATABASE
    assert f"its {words}" in guard["text"]
    assert guard["certain"] is ("var.on" not in new)
    back = told("new", "old", cwd=tmp_path)
    assert len(back["guards"]["added"]) == int(guard["certain"])


def test_prevent_destroy_counts_for_what_it_is(tmp_path: Path) -> None:
    """A lifecycle block that goes is told, with the words that only Terraform heeds it."""
    kept = SAFE.replace(
        'engine                  = "postgres"', 'engine = "postgres"\n  lifecycle {\n    prevent_destroy = true\n  }'
    )
    (guard,) = sides(tmp_path, kept, SAFE)["guards"]["removed"]
    assert guard["text"] == "loses its prevent_destroy (which only Terraform heeds): nothing sets it any more"


def test_a_store_without_a_copy_and_a_store_that_goes_are_told(tmp_path: Path) -> None:
    """The last backup that goes, a new store without one, and a store that leaves the code."""
    found = sides(tmp_path, SAFE, SAFE.replace("backup_retention_period = 14", "backup_retention_period = 0"))
    assert [each["text"] for each in found["stores"]["without_backup"]] == ["loses its last backup"]
    bare = 'resource "aws_ebs_volume" "new" {\n  availability_zone = "a"\n  size = 1\n}\n'
    found = sides(tmp_path, SAFE, SAFE + bare)
    assert [(each["resource"], each["text"]) for each in found["stores"]["without_backup"]] == [
        ("aws_ebs_volume.new", "is new, and nothing backs it up")
    ]
    (gone,) = sides(tmp_path, SAFE + bare, SAFE)["stores"]["gone"]
    assert gone["resource"] == "aws_ebs_volume.new"
    assert "an apply deletes it, unless a removed block keeps it; nothing is left to restore it from" in gone["text"]


@pytest.mark.parametrize("json_syntax", [False, True])
def test_what_is_moved_is_the_same(json_syntax: bool, tmp_path: Path) -> None:
    """A `moved` block tells what a thing was called, in a root module and in what it calls: nothing goes, comes or is new."""
    renamed = CHANGED.replace('"aws_db_instance" "main"', '"aws_db_instance" "orders"').replace(
        '"aws_iam_role" "agent"', '"aws_iam_role" "bot"'
    )
    renamed = renamed.replace("aws_iam_role.agent.id", "aws_iam_role.bot.id").replace(
        '"aws_iam_role_policy" "agent"', '"aws_iam_role_policy" "bot"'
    )
    steps = [
        ("aws_iam_role.agent", "aws_iam_role.a"),
        ("aws_iam_role.a", "aws_iam_role.bot"),
        (DATABASE, "aws_db_instance.orders"),
    ]
    steps.append(("aws_iam_role_policy.agent", "aws_iam_role_policy.bot"))
    written(tmp_path / "old" / "inner", CHANGED)
    written(tmp_path / "new" / "inner", renamed)
    for side, name in (("old", "m"), ("new", "prod")):
        written(tmp_path / side, f'module "{name}" {{\n  source = "./inner"\n}}\n')
    without = told("old", "new", cwd=tmp_path)
    assert without["stores"]["gone"]
    blocks = "".join(f"moved {{\n  from = {old}\n  to   = {new}\n}}\n" for old, new in steps)
    outer = "moved {\n  from = module.m\n  to   = module.prod\n}\n"
    if json_syntax:
        (tmp_path / "new" / "inner" / "moved.tf.json").write_text(
            json.dumps({"moved": [{"from": o, "to": n} for o, n in steps]})
        )
    else:
        (tmp_path / "new" / "inner" / "moved.tf").write_text(blocks)
    (tmp_path / "new" / "moved.tf").write_text(outer)
    found = told("old", "new", cwd=tmp_path)
    assert not any((*found["powers"].values(), *found["stores"].values(), *found["guards"].values()))
    assert not [each for each in found["findings"]["new"] if DATABASE in each["message"]]


def test_a_moved_block_excuses_no_second_resource(tmp_path: Path) -> None:
    """Who keeps the old one and says that the new one was moved from it has a finding more than before."""
    bare = 'resource "aws_ebs_volume" "a" {\n  availability_zone = "a"\n  size = 1\n}\n'
    second = bare.replace('"aws_ebs_volume" "a"', '"aws_ebs_volume" "b"')
    found = sides(tmp_path, bare, f"{bare}{second}moved {{\n  from = aws_ebs_volume.a\n  to = aws_ebs_volume.b\n}}\n")
    assert {each["check"] for each in found["findings"]["new"]} >= {"backup_missing"}
    circle = "moved {\n  from = aws_ebs_volume.a\n  to = aws_ebs_volume.b\n}\nmoved {\n  from = aws_ebs_volume.b\n  to = aws_ebs_volume.a\n}\n"
    written(tmp_path / "new", second + circle)
    assert told("old", "new", cwd=tmp_path)["stores"]["gone"] == []


def test_powers_over_what_goes_are_not_lost_powers(tmp_path: Path) -> None:
    """A database that is deleted makes nobody weaker."""
    without = CHANGED[CHANGED.index('resource "aws_iam_role" "agent"') :]
    found = sides(tmp_path, CHANGED, without)
    assert found["powers"]["lost"] == []
    assert [each["resource"] for each in found["stores"]["gone"]] == [DATABASE]


def test_what_cannot_be_read_is_not_told_as_a_power(tmp_path: Path) -> None:
    """A policy whose text is not known may allow anything: that is said once, and is no list of powers; it is not nothing."""
    unread = SAFE.replace(
        'policy = jsonencode({\n    Version   = "2012-10-17"\n    Statement = [{ Effect = "Allow", Action = ["rds:', "@"
    )
    before = unread[: unread.index("@")] + "policy = var.policy\n}\n"
    start = SAFE[: SAFE.index('resource "aws_iam_role_policy"')]
    found = sides(tmp_path, start, f'{before}\nvariable "policy" {{ type = string }}\n')
    assert found["powers"]["gained"] == []
    assert [each["identity"] for each in found["cannot_be_told"]] == [AGENT]
    said = call("diff", "old", "new", cwd=tmp_path).stdout
    assert "1 identity cannot be judged." in said


def test_a_plan_has_its_own_base() -> None:
    """One plan is compared with what stands before it."""
    found = told(str(GAINS), cwd=ROOT)
    assert ("aws_iam_role.report_agent", "destroy-copies", "aws_db_instance.orders") in powers(found["powers"]["gained"])
    assert found["compared_with"] == "what stands"
    line = found["powers"]["gained"][0]["path"][0]["location"]
    assert line["file"].endswith("agent_gains_power/main.tf")


def test_only_a_plan_has_its_own_base(tmp_path: Path) -> None:
    """One module, or three inputs, are no comparison, and the message says what is."""
    written(tmp_path / "a", SAFE)
    for words in (["a"], ["a", "a/main.tf", "a"]):
        done = call("diff", *words, cwd=tmp_path)
        assert done.returncode == 2
        assert "--base" in done.stderr
    assert call("diff", "a", "a", "--format", "sarif", cwd=tmp_path).returncode == 2


def test_an_input_that_cannot_be_read_is_exit_2(tmp_path: Path) -> None:
    """A broken head is compared as far as it goes, and the exit code says that it was not whole."""
    written(tmp_path / "old", SAFE)
    written(tmp_path / "new", CHANGED)
    (tmp_path / "new" / "broken.tf").write_text('resource "x" {{{\n')
    done = call("diff", "old", "new", cwd=tmp_path)
    assert done.returncode == 2
    assert "broken.tf" in done.stderr
    assert "the power to destroy" in done.stdout
    assert call("diff", "new", "old", cwd=tmp_path).returncode == 2
    assert call("diff", "nowhere", "old", cwd=tmp_path).returncode == 2


@pytest.mark.parametrize("sides", [("nowhere",), ("old", "nowhere"), ("nowhere", "nowhere")])
def test_nothing_is_not_said_of_what_was_not_read(sides: tuple[str, ...], tmp_path: Path) -> None:
    """Where an input was lost, it is not said that nothing changes, but that not all could be judged."""
    written(tmp_path / "old", "")
    done = call("diff", *sides, cwd=tmp_path)
    assert done.returncode == 2
    assert "changes." not in done.stdout
    assert "note: " in done.stdout


def test_the_same_sides_give_the_same_bytes(tmp_path: Path) -> None:
    """Nothing of the answer depends on the order of files or on the day."""
    written(tmp_path / "old", SAFE)
    written(tmp_path / "new", CHANGED)
    one = call("diff", "old", "new", "--format", "json", cwd=tmp_path).stdout
    half = CHANGED.index('resource "aws_iam_role_policy"')
    (tmp_path / "new" / "main.tf").write_text(CHANGED)
    assert call("diff", "old", "new", "--format", "json", cwd=tmp_path).stdout == one
    (tmp_path / "new" / "main.tf").write_text(CHANGED[half:])
    (tmp_path / "new" / "a.tf").write_text(CHANGED[:half])
    other = json.loads(call("diff", "old", "new", "--format", "json", cwd=tmp_path).stdout)
    assert powers(other["powers"]["gained"]) == powers(json.loads(one)["powers"]["gained"])


def test_every_example_is_fixed_by_its_fix() -> None:
    """From the failing half of an incident to the fixed one, findings go and no power over production comes."""
    for incident in sorted((EXAMPLES / "incidents").iterdir()):
        found = told(str(incident), str(incident / "fixed"), cwd=ROOT)
        assert found["findings"]["fixed"]
        assert not [each for each in found["findings"]["new"] if each["severity"] == "critical"]


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_a_commit_is_a_base(tmp_path: Path) -> None:
    """--base compares with the commit that both have in common: what others merged since is not this change's."""
    git(tmp_path, "init", "-q", "-b", "main")
    written(tmp_path / "infra", SAFE)
    commit(tmp_path)
    git(tmp_path, "checkout", "-q", "-b", "change")
    written(tmp_path / "infra", CHANGED)
    commit(tmp_path)
    git(tmp_path, "checkout", "-q", "main")
    written(tmp_path / "infra", SAFE.replace("deletion_protection     = true", ""))
    commit(tmp_path)
    git(tmp_path, "checkout", "-q", "change")
    for folder, given in ((tmp_path, ["infra"]), (tmp_path, []), (tmp_path / "infra", ["."]), (tmp_path / "infra", [])):
        found = told("--base", "main", *given, cwd=folder)
        assert len(found["powers"]["gained"]) == 3
        assert not any((*found["guards"].values(), *found["stores"].values()))
    assert call("diff", "--base", "nothing", cwd=tmp_path).returncode == 2
