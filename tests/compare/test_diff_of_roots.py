"""`policypack diff` where root modules have addresses in common: what one of them gains is not what another has."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from policypack.model import replace
from tests.compare.roots import MAY, PRODUCTION, Root, Roots, branched, powers, short, told, written
from tests.gate.repositories import commit, git
from tests.test_cli import ROOT, call

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

PROD, STAGING, DEV = Root(), Root("staging", account="333333333333"), Root("dev", account="444444444444")
PROD_MAY, STAGING_MAY, DEV_MAY = (replace(each, does=MAY) for each in (PROD, STAGING, DEV))
NEAR = replace(STAGING_MAY, account=PROD.account)
MOVED = "moved {\n  from = module.all\n  to   = module.data\n}\n"
OF_PROD, OF_STAGING, OF_DEV = ({f"{each}:agent > {each}:main"} for each in ("prod", "staging", "dev"))
NOTHING: set[str] = set()


@pytest.mark.parametrize(
    ("before", "after", "gained", "lost"),
    [
        pytest.param(
            {"prod": PROD, "staging": STAGING_MAY},
            {"prod": PROD_MAY, "staging": STAGING_MAY},
            OF_PROD,
            NOTHING,
            id="other had it",
        ),
        pytest.param(
            {"prod": PROD_MAY, "staging": STAGING},
            {"prod": PROD_MAY, "staging": STAGING_MAY},
            OF_STAGING,
            NOTHING,
            id="first had it",
        ),
        pytest.param(
            {"prod": PROD_MAY, "staging": STAGING_MAY},
            {"prod": PROD, "staging": STAGING_MAY},
            NOTHING,
            OF_PROD,
            id="other keeps it",
        ),
        pytest.param(
            {"prod": PROD, "staging": NEAR},
            {"prod": PROD, "staging": replace(NEAR, also=PRODUCTION)},
            {"staging:agent > prod:main"},
            NOTHING,
            id="over the other's",
        ),
        pytest.param({"prod": PROD}, {"prod": PROD, "staging": STAGING_MAY}, OF_STAGING, NOTHING, id="shared in the head"),
        pytest.param(
            {"prod": PROD},
            {"prod": PROD_MAY, "staging": STAGING_MAY},
            OF_PROD | OF_STAGING,
            NOTHING,
            id="in the head, all gain",
        ),
        pytest.param(
            {"prod": PROD_MAY}, {"prod": PROD, "staging": STAGING_MAY}, OF_STAGING, OF_PROD, id="in the head, one loses"
        ),
        pytest.param({"prod": PROD, "staging": STAGING_MAY}, {"prod": PROD_MAY}, OF_PROD, NOTHING, id="shared in the base"),
        pytest.param({"prod": PROD_MAY, "staging": STAGING}, {"prod": PROD_MAY}, NOTHING, NOTHING, id="in the base, kept"),
        pytest.param({"a": PROD, "prod": PROD_MAY}, {"prod": PROD}, NOTHING, OF_PROD, id="in the base, lost"),
        pytest.param({"staging": STAGING_MAY}, {"prod": PROD_MAY}, OF_PROD, NOTHING, id="one after the other"),
        pytest.param(
            {"prod": PROD, "staging": STAGING_MAY, "dev": DEV_MAY},
            {"prod": PROD_MAY, "staging": STAGING_MAY, "dev": DEV},
            OF_PROD,
            OF_DEV,
            id="three",
        ),
        pytest.param(
            {"prod": PROD, "dev": DEV_MAY},
            {"prod": PROD, "staging": STAGING_MAY, "dev": DEV_MAY},
            OF_STAGING,
            NOTHING,
            id="a third",
        ),
        pytest.param(
            {"prod": PROD_MAY, "staging": STAGING_MAY},
            {"prod": replace(PROD_MAY, name="data", more=MOVED), "staging": STAGING_MAY},
            NOTHING,
            NOTHING,
            id="moved",
        ),
        pytest.param(
            {"prod": PROD, "staging": STAGING_MAY},
            {"prod": replace(PROD_MAY, name="data", more=MOVED), "staging": STAGING_MAY},
            {"prod:module.data.agent > prod:module.data.main"},
            NOTHING,
            id="moved, and gains",
        ),
        pytest.param(
            {"prod": PROD_MAY, "staging": STAGING_MAY},
            {"production": PROD_MAY, "stage": STAGING_MAY},
            NOTHING,
            NOTHING,
            id="renamed",
        ),
        pytest.param(
            {"prod": PROD, "staging": STAGING_MAY},
            {"production": PROD_MAY, "stage": STAGING_MAY},
            {"production:agent > production:main"},
            NOTHING,
            id="renamed, and gains",
        ),
    ],
)
def test_a_power_is_that_of_a_root(before: Roots, after: Roots, gained: set[str], lost: set[str], tmp_path: Path) -> None:
    """What the agent of each root gains and loses, whatever the agent of that address in another root may do; the way back is the
    other way round."""
    found = told(branched(tmp_path, before, after), "--base", "main")
    assert (powers(found["powers"]["gained"]), powers(found["powers"]["lost"])) == (gained, lost)


def test_two_folders_are_compared_root_by_root(tmp_path: Path) -> None:
    """Without git too: the roots of one folder are those of the other, in their order, and a root has the name of the head."""
    written(tmp_path / "old", {"prod": PROD, "staging": STAGING_MAY})
    written(
        tmp_path / "new", {"prod": replace(PROD_MAY, name="data", more=MOVED), "staging": replace(STAGING_MAY, name="other")}
    )
    found = told(tmp_path, "old", "new")
    data = {"new/prod:module.data.agent > new/prod:module.data.main"}
    assert powers(found["powers"]["gained"]) >= data
    assert not any(each.startswith("old/") for each in powers(found["powers"]["gained"]))
    assert {short(each["resource"]) for each in found["stores"]["gone"]} == {"new/staging:main"}


def test_a_guard_and_a_copy_are_those_of_a_root(tmp_path: Path) -> None:
    """What protects the other root's store of that address makes up for nothing, and what that never had is not lost here."""
    bare = replace(STAGING, kept=False, days=0)
    before: Roots = {"prod": PROD, "production": replace(PROD, kept=False, days=0), "staging": bare}
    after: Roots = {"prod": replace(PROD, kept=False, days=0), "production": PROD, "staging": bare}
    found = told(branched(tmp_path, before, after), "--base", "main")
    assert {short(each["resource"]) for each in found["guards"]["removed"]} == {"prod:main"}
    assert {short(each["resource"]) for each in found["guards"]["added"]} == {"production:main"}
    assert [(short(each["resource"]), each["text"]) for each in found["stores"]["without_backup"]] == [
        ("prod:main", "loses its last backup")
    ]


def test_a_store_goes_with_its_root(tmp_path: Path) -> None:
    """A root that is taken away takes its store with it, though another root has one of that address; one that comes is new."""
    found = told(branched(tmp_path, {"prod": PROD, "staging": STAGING}, {"prod": PROD, "dev": DEV}), "--base", "main")
    assert {short(each["resource"]) for each in found["stores"]["gone"]} == {"staging:main"}
    again = told(
        branched(tmp_path / "again", {"prod": PROD, "staging": STAGING}, {"prod": PROD, "stage": STAGING}), "--base", "main"
    )
    assert (again["stores"]["gone"], again["findings"]["new"], again["findings"]["fixed"]) == ([], [], [])


STATE = """
terraform {
  backend "s3" {
    bucket         = "acme-state"
    key            = "shop.tfstate"
    dynamodb_table = "locks"
  }
}
resource "aws_iam_role_policy" "state" {
  role   = module.all.role
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = ["s3:*", "dynamodb:*"], Resource = "*" }] })
}
"""


def test_the_state_of_a_root_is_the_same_under_another_name(tmp_path: Path) -> None:
    """Who may write the state of a root, or its lock, may do so after its folder was renamed: no power and no finding is new."""
    one = replace(PROD_MAY, more=STATE)
    folder = branched(tmp_path, {"prod": one, "dev": DEV_MAY}, {"shop": one, "dev": DEV_MAY})
    known = json.loads(call("scan", "--format", "json", cwd=folder).stdout)["findings"]
    assert "(live/shop and the lock of live/shop)" in " ".join(each["message"] for each in known)
    assert "No power, guard, backup or finding changes." in call("diff", "--base", "main", cwd=folder).stdout
    for side, name in (("old", "prod"), ("new", "shop")):
        written(tmp_path / side, {name: one, "twin": DEV_MAY})
    assert "No power, guard, backup or finding changes." in call("diff", "old", "new", cwd=tmp_path).stdout


@pytest.mark.parametrize("other", [{"account": "999999999999"}, {"more": STATE}, {"env": "live"}])
def test_a_root_of_another_place_is_another(other: dict[str, str], tmp_path: Path) -> None:
    """What acts in another account, keeps its state elsewhere or holds other things is no root under a new name."""
    after: Roots = {"copy": replace(PROD_MAY, **other), "dev": DEV}
    found = told(branched(tmp_path, {"prod": PROD_MAY, "dev": DEV}, after), "--base", "main")
    assert {short(each["resource"]) for each in found["stores"]["gone"]} == {"prod:main"}
    assert "copy:agent > copy:main" in powers(found["powers"]["gained"])


def test_what_may_be_either_root_is_neither(tmp_path: Path) -> None:
    """Of two roots that are alike in everything, and that both have other names now, nobody can tell which became which."""
    before: Roots = {"prod": PROD_MAY, "twin": PROD_MAY}
    found = told(branched(tmp_path, before, {"one": PROD_MAY, "two": PROD_MAY}), "--base", "main")
    assert {short(each["resource"]) for each in found["stores"]["gone"]} == {"prod:main", "twin:main"}
    assert powers(found["powers"]["gained"]) >= {"one:agent > one:main", "two:agent > two:main"}


ADMIN = """
resource "aws_iam_user" "{name}" {{ name = "deploy-bot-{of}" }}
resource "aws_iam_user_policy" "{name}" {{
  user   = aws_iam_user.{name}.name
  policy = jsonencode({{ Statement = [{{ Effect = "Allow", Action = "*", Resource = "*" }}] }})
}}
"""
RENAMED = "".join(
    f"moved {{\n  from = {each}.bot\n  to   = {each}.robot\n}}\n" for each in ("aws_iam_user", "aws_iam_user_policy")
)


def test_who_is_taken_over_is_of_a_root(tmp_path: Path) -> None:
    """Whom somebody takes over is told with words around the address (`a new principal made by …`): the same somebody has it under a
    new name, and beside a root that is new."""
    prod, staging = (replace(each, more=ADMIN.format(name="bot", of=each.env)) for each in (PROD, STAGING))
    moved = replace(PROD, more=ADMIN.format(name="robot", of="prod") + RENAMED)
    found = told(
        branched(tmp_path, {"prod": prod, "dev": DEV}, {"prod": moved, "dev": DEV, "staging": staging}), "--base", "main"
    )
    gained = powers(found["powers"]["gained"], "escalate")
    assert {each.partition(" ")[0] for each in gained} == {"staging:bot"}
    assert "staging:bot > a new principal made by staging:bot" in gained
    assert found["powers"]["lost"] == []


def test_a_plan_beside_code_of_the_same_addresses(tmp_path: Path) -> None:
    """A plan is compared with what stands before it, the root beside it with its commit, and neither with the other."""
    example = ROOT / "terraform-examples" / "changes" / "agent_gains_power"
    for root, text in (("prod", "main.tf"), ("staging", "before/main.tf")):
        folder = tmp_path / "live" / root
        folder.mkdir(parents=True)
        estate = (example / "estate.tf").read_text("utf-8")
        (folder / "estate.tf").write_text(estate if root == "prod" else estate.replace("111111111111", "333333333333"))
        (folder / "main.tf").write_text((example / text).read_text("utf-8"))
    shutil.copy(example / "plan.json", tmp_path / "live" / "prod")
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path)
    asked = ("--base", "main", "live/staging", "live/prod/plan.json")
    agent, database = "aws_iam_role.report_agent", "aws_db_instance.orders"
    by_plan = {
        f"prod/plan.json:{agent} > prod/plan.json:{database}".replace("aws_iam_role.", "").replace("aws_db_instance.", "")
    }
    assert powers(told(tmp_path, *asked)["powers"]["gained"], "destroy-copies") == by_plan
    shutil.copy(example / "main.tf", tmp_path / "live" / "staging")
    both = by_plan | {each.replace("prod/plan.json", "staging") for each in by_plan}
    assert powers(told(tmp_path, *asked)["powers"]["gained"], "destroy-copies") == both


def test_a_person_reads_which_root_is_meant(tmp_path: Path) -> None:
    """On a terminal and in a comment an address that several roots have stands behind its root, on either side of the change."""
    folder = branched(
        tmp_path, {"prod": PROD_MAY}, {"prod": replace(PROD, kept=False), "staging": replace(NEAR, also=PRODUCTION)}
    )
    said = short(" ".join(call("diff", "--base", "main", cwd=folder).stdout.split()))
    assert (
        "may give staging:agent (agent) the power to destroy, weaken and destroy copies of prod:main: modules/all/main.tf:20"
        in said
    )
    assert "because staging:agent may rds:" in said
    assert "takes from prod:agent (agent) the power to destroy, weaken and destroy copies of prod:main" in said
    assert "prod:main loses its deletion protection" in said
    assert "critical, uncertain agent_crosses_environments of staging:agent" in said
    assert "critical agent_can_destroy_data of prod:agent" in said.partition("Fixed findings")[2]
    assert "module.@" not in said
    marked = short(call("diff", "--base", "main", "--format", "markdown", cwd=folder).stdout)
    assert "- may give `staging:agent` (agent) the power to destroy, weaken and destroy copies of `prod:main`" in marked
    assert "- takes from `prod:agent` (agent) the power to destroy" in marked
    comment = short(call("scan", "--base", "main", "--format", "comment", "--fail-on", "never", cwd=folder).stdout)
    assert "- may give `staging:agent` (agent) the power to destroy, weaken and destroy copies of `prod:main`" in comment
    assert "module.@" not in marked + comment
    new, fixed = told(folder, "--base", "main")["findings"].values()
    assert {each["input"] for each in fixed} == {"live/prod"}
    assert {each["input"] for each in new if each["check"].startswith("agent_")} == {"live/staging"}


def tables(*names: str) -> Root:
    """Production whose agent may delete its tables."""
    made = (
        f'resource "aws_dynamodb_table" "{each}" {{\n  name = "{each}"\n  tags = {{ env = "prod" }}\n}}\n' for each in names
    )
    return replace(PROD, does="dynamodb:DeleteTable", also="*", more="".join(made))


@pytest.mark.parametrize(("last", "suppressed"), [("e", "in the base"), ("f", None)])
def test_what_is_only_counted_is_that_of_a_root(last: str, suppressed: str | None, tmp_path: Path) -> None:
    """`a, b, c and 2 more` may be others where its agent gains a power, and are the same where that of another root does."""
    before: Roots = {"prod": tables("a", "b", "c", "d", "e"), "staging": STAGING}
    after: Roots = {"prod": tables("a", "b", "c", "d", last), "staging": STAGING_MAY}
    asked = ("scan", "--base", "main", "--only-new", "--only", "agent_can_destroy_data", "--format", "json")
    (found,) = json.loads(call(*asked, cwd=branched(tmp_path, before, after)).stdout)["findings"]
    assert ("and 2 more" in found["message"], found["suppressed"]) == (True, suppressed)
