"""The policypack.yaml that init proposes: it is read as it is meant, says what was found where, and hides no finding."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from policypack.init import propose
from policypack.init.files import Change
from policypack.init.recognise import Recognised, Sighting
from policypack.init.settings_file import settings_file
from policypack.scan import silent
from policypack.settings import Settings, settings_of
from tests.precommit.places import write
from tests.test_cli import call

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = sorted(each.parent for each in (ROOT / "terraform-examples" / "incidents").glob("*/main.tf"))
MORE = [
    ROOT / "terraform-examples" / each
    for each in (
        "agents/agent_can_destroy_data",
        "agents/agent_crosses_environments",
        "agents/agent_undeclared",
        "backups/backup_in_same_domain",
    )
]
ROLE = """resource "aws_iam_role" "{name}" {{
  name               = "{name}"
  assume_role_policy = "{{}}"
  tags               = {{ {tags} }}
}}
"""
ESTATE = {
    "live/prod/main.tf": """provider "aws" {
  allowed_account_ids = ["111111111111"]
}
provider "aws" {
  alias               = "backup"
  allowed_account_ids = ["222222222222"]
}
provider "aws" {
  alias               = "dev"
  allowed_account_ids = ["333333333333"]
}
resource "aws_db_instance" "main" {
  identifier = "main"
  tags       = { env = "prod" }
}
resource "aws_backup_vault" "main" {
  provider = aws.backup
  name     = "main"
}
resource "aws_db_instance" "other" {
  provider   = aws.dev
  identifier = "other"
}
"""
    + ROLE.format(name="cursor", tags="")
    + ROLE.format(name="github-deployer", tags=""),
    "live/dev/main.tf": 'resource "aws_s3_bucket" "b" {\n  bucket = "b"\n  tags = { Stage = "dev" }\n}\n'
    + ROLE.format(name="helper", tags='actor = "agent"'),
}


def text_of(folder: Path) -> str:
    """The settings that are proposed for a folder."""
    (change,) = (each for each in propose(folder, silent).changes if each.path == "policypack.yaml")
    return change.after


def report(folder: Path) -> dict[str, Any]:
    """The scan of all that the folder holds."""
    done = call("scan", "--format", "json", cwd=folder)
    return dict(json.loads(done.stdout))


def findings(found: dict[str, Any]) -> Counter[tuple[str, ...]]:
    """Every finding with how bad and how certain it is. That an inventory lacks an agent is the one thing that settings cure."""
    keys = ("check", "resource", "severity", "certain", "message")
    return Counter(tuple(str(each[key]) for key in keys) for each in found["findings"] if each["check"] != "agent_undeclared")


def test_what_is_recognised_is_written_down(tmp_path: Path) -> None:
    """Agents, environments by their tags and domains come out, production first."""
    write(tmp_path, ESTATE)
    settings = settings_of(text_of(tmp_path).encode(), "policypack.yaml")
    assert settings.agents == ("aws_iam_role.cursor", "aws_iam_role.helper")
    assert [(each.name, dict(each.tags)) for each in settings.environments] == [
        ("production", {"env": ("prod",)}),
        ("development", {"Stage": ("dev",)}),
    ]
    assert {each.id: each.name for each in settings.domains} == {
        "111111111111": "",
        "222222222222": "backup",
        "333333333333": "",
    }


def test_everything_has_its_place(tmp_path: Path) -> None:
    """Each entry has the file, the line and the reason behind it."""
    write(tmp_path, ESTATE)
    lines = text_of(tmp_path).splitlines()
    assert '  - "aws_iam_role.cursor" # live/prod/main.tf:24, in live/prod: its name says "cursor"' in lines
    assert '        - "prod" # live/prod/main.tf:12, in live/prod: aws_db_instance.main' in lines
    assert '  "222222222222": {name: "backup"} # live/prod/main.tf:4, in live/prod' in lines
    assert any(line.startswith('#   - "aws_iam_role.github-deployer" # live/prod/main.tf:') for line in lines)


SHARED = (
    ROLE.format(name="cursor", tags="")
    + ROLE.format(name="github-deployer", tags="")
    + """
resource "aws_db_instance" "main" {
  identifier = "main"
  tags       = { env = "prod" }
}
resource "aws_backup_vault" "main" {
  name = "main"
}
"""
)


def test_what_is_seen_in_a_shared_module_names_its_roots(tmp_path: Path) -> None:
    """One line of a module is evidence of every root that calls it, and says of which; a root alone is not named."""
    call_ = 'provider "aws" {{ allowed_account_ids = ["{0}"] }}\nmodule "all" {{ source = "{1}modules/all" }}\n'
    roots = ("live/one", "live/two", "live/three", "live/four")
    files = {f"{root}/main.tf": call_.format(str(n) * 12, "../../") for n, root in enumerate(roots, 1)}
    write(tmp_path, {"modules/all/main.tf": SHARED, **files})
    lines = text_of(tmp_path).splitlines()
    four = "in live/four, live/one, live/three and 1 more"
    assert f'  - "module.all.aws_iam_role.cursor" # modules/all/main.tf:1, {four}: its name says "cursor"' in lines
    assert any(f'deployer" # modules/all/main.tf:6, {four}: ' in line for line in lines)
    assert any(line.startswith('        - "prod" # modules/all/main.tf:') and f", {four}: " in line for line in lines)
    assert '  "222222222222": {} # live/two/main.tf:1, in live/two' in lines
    assert any(line.endswith(", in live/two is a vault") for line in lines)
    assert all(" # " not in line or ", in live/" in line for line in lines)


def test_the_only_root_is_not_named(tmp_path: Path) -> None:
    """Where there is one root, a place says all; the top folder is called that among others."""
    write(tmp_path, {"main.tf": ROLE.format(name="cursor", tags="")})
    assert '  - "aws_iam_role.cursor" # main.tf:1: its name says "cursor"' in text_of(tmp_path).splitlines()
    write(tmp_path, {"live/main.tf": 'terraform { backend "local" {} }\n' + ROLE.format(name="claude", tags="")})
    lines = text_of(tmp_path).splitlines()
    assert '  - "aws_iam_role.cursor" # main.tf:1, in the top folder: its name says "cursor"' in lines


def test_what_is_not_recognised_has_an_example(tmp_path: Path) -> None:
    """Where no agent and no account is seen, what such a setting looks like is told, and is read as it stands there."""
    write(tmp_path, {"main.tf": 'resource "aws_sns_topic" "t" {}\n'})
    shown = [line.partition("For example: ")[2] for line in text_of(tmp_path).splitlines() if "For example: " in line]
    read = settings_of("\n".join(["version: 1", *shown]).encode(), "policypack.yaml")
    assert [(each.id, each.holds) for each in read.domains] == [("111111111111", "copies")]
    assert read.agents


@pytest.mark.parametrize("example", [*EXAMPLES, *MORE], ids=lambda path: path.name)
def test_no_finding_is_lost(tmp_path: Path, example: Path) -> None:
    """With the proposed settings a scan finds all that it found without, as bad and as certain."""
    write(tmp_path, {f"live/{each.name}": each.read_text("utf-8") for each in example.glob("*.tf")})
    before = report(tmp_path)
    write(tmp_path, {"policypack.yaml": text_of(tmp_path)})
    after = report(tmp_path)
    assert not findings(before) - findings(after)
    assert not [gap for gap in after["gaps"] if gap not in before["gaps"]]


def test_no_finding_of_an_estate_is_lost(tmp_path: Path) -> None:
    """Two roots with agents, three accounts and two environments are judged as before."""
    write(tmp_path, ESTATE)
    before = findings(report(tmp_path))
    write(tmp_path, {"policypack.yaml": text_of(tmp_path)})
    assert findings(report(tmp_path)) == before


def test_an_account_called_dev_takes_nothing_out_of_production(tmp_path: Path) -> None:
    """A domain's name can make non-production of what nothing else is known of, so that such a name is not written."""
    write(tmp_path, {"policypack.yaml": "", **ESTATE})
    (tmp_path / "policypack.yaml").unlink()
    assert '"333333333333": {} #' in text_of(tmp_path)


def test_a_block_of_agents_and_others_is_named_by_its_instances(tmp_path: Path) -> None:
    """Of a block that makes an agent and somebody else, only the agent is written down."""
    code = ROLE.format(name="x", tags="").replace(
        'name               = "x"', 'for_each = toset(["cursor", "payroll"])\n  name = each.key'
    )
    write(tmp_path, {"main.tf": code})
    settings = settings_of(text_of(tmp_path).encode(), "policypack.yaml")
    assert settings.agents == ('aws_iam_role.x["cursor"]',)


def test_one_address_in_two_roots_is_no_agent_for_both(tmp_path: Path) -> None:
    """An address that is an agent in one root and something else in another is not written down: it would mean both."""
    both = ROLE.format(name="x", tags='actor = "agent"'), ROLE.format(name="x", tags="")
    write(tmp_path, {"a/main.tf": both[0], "b/main.tf": both[1]})
    assert settings_of(text_of(tmp_path).encode(), "policypack.yaml").agents == ()


def test_a_hidden_tag_is_not_written(tmp_path: Path) -> None:
    """The value of a tag that may not be shown appears nowhere."""
    variable = 'variable "who" {\n  sensitive = true\n  default = "agent-hunter2"\n}\n'
    bucket = 'resource "aws_s3_bucket" "b" {\n  bucket = "b"\n  tags = { env = "prod-${var.who}" }\n}\n'
    write(tmp_path, {"main.tf": variable + ROLE.format(name="x", tags="actor = var.who") + bucket})
    assert "hunter2" not in propose(tmp_path, silent).text


NAMES = st.text(min_size=1, max_size=20) | st.sampled_from(
    ["yes", "null", "1", "a: b", "- x", "x # y", "\x85", "\u2028", '"', "'", "\n- z", "\ud800"]
)


@limits(deadline=None, max_examples=50)  # the first one loads YAML and the schema's library
@given(st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=4), NAMES)
def test_any_text_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[str, str]], reason: str
) -> None:
    """Names, tags and ids of the scanned code are text in the settings, whatever is in them, and comments stay comments."""
    place = Sighting("production", "main.tf:1", reason, (reason,))
    found = Recognised(
        Settings(),
        agents=tuple(Sighting(name, name, reason) for name, _ in pairs),
        automation=(Sighting(reason, reason, reason),),
        tags={"production": dict.fromkeys(pairs, place)},
        domains=tuple(Sighting(name, name, reason) for name in {name for name, _ in pairs}),
        keeping={name: Sighting(name, reason, reason, (reason, name)) for name, _ in pairs},
    )
    change = settings_file(tmp_path_factory.mktemp("x"), found)
    assert isinstance(change, Change)
    settings = settings_of(change.after.encode("utf-8", "surrogatepass"), "policypack.yaml")
    assert settings.agents == tuple(name for name, _ in pairs)
    assert {(key, value) for key, values in settings.environments[0].tags.items() for value in values} == set(pairs)
    assert {each.id for each in settings.domains} == {name for name, _ in pairs}
    assert set(yaml.safe_load(change.after)) == {"version", "agents", "environments", "domains"}
