"""policypack.yaml: where it is found, what it may say, and how it is refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import policypack.settings as package
from policypack.model import Thresholds
from policypack.settings import DomainRule, EnvironmentRule, Settings, SettingsError, load_settings
from policypack.settings.file import read_settings

SCHEMA = json.loads(Path(package.__file__).parent.with_name("settings_schema.json").read_text("utf-8"))
WHOLE = """
version: 1
agents:                       # what an AI agent can act as
  - aws_iam_role.cursor*
  - arn:aws:iam::111111111111:role/agent-*
  - tag: {actor: agent}
environments:
  production: {tags: {env: [prod, production]}, addresses: ["module.prod.*"], domains: ["111111111111"]}
  development: {domains: ["333333333333"], tags: {stage: dev}}
default_environment: production
domains:
  "222222222222": {name: backup, holds: copies}
  012345678901: {}
backups: {separation: vault, min_retention_days: 30, max_grace_days: 3}
changes: {max_destroyed: 2, max_destroyed_share: 0.5, populated: [prod]}
checks: {skip: [state_local], severity: {restore_untested: low}}
"""


def load(text: str | bytes, folder: Path) -> Settings:
    """The settings of a folder that has this file."""
    (folder / "policypack.yaml").write_bytes(text.encode() if isinstance(text, str) else text)
    return load_settings(None, folder)


def test_every_setting(tmp_path: Path) -> None:
    """Everything that the file can say arrives, and an account that looks like an octal number keeps its digits."""
    assert load(WHOLE, tmp_path) == Settings(
        agents=("aws_iam_role.cursor*", "arn:aws:iam::111111111111:role/agent-*"),
        agent_tags=(("actor", "agent"),),
        environments=(
            EnvironmentRule("production", {"env": ("prod", "production")}, ("module.prod.*",), ("111111111111",)),
            EnvironmentRule("development", {"stage": ("dev",)}, (), ("333333333333",)),
        ),
        default_environment="production",
        domains=(DomainRule("222222222222", "backup", "copies"), DomainRule("012345678901")),
        thresholds=Thresholds(30, "vault", 3, 2, 0.5, ("prod",)),
        skip=("state_local",),
        severity={"restore_untested": "low"},
        file="policypack.yaml",
    )


def test_without_a_file_everything_has_a_default(tmp_path: Path) -> None:
    """No file, or one that says nothing but its version, means the same."""
    assert load_settings(None, tmp_path) == Settings()
    assert load("version: 1\n", tmp_path) == Settings(file="policypack.yaml")


@pytest.mark.parametrize(
    ("text", "line", "said", "hint"),
    [
        ("", 0, "`version` is missing", ""),
        ("- 1", 0, "must be a mapping", ""),
        ("agents: []", 0, "`version` is missing", ""),
        ("version: 2", 1, "version must be 1", ""),
        ("version: 1\nagent: []", 2, "agent is not a setting", "did you mean agents?"),
        ("version: 1\nzzz: []", 2, "zzz is not a setting", "known here: version, agents"),
        ("version: 1\nbackups:\n  min_retenton_days: 3", 3, "backups.min_retenton_days is not", "min_retention_days?"),
        ("version: 1\nbackups:\n  min_retention_days: -1", 3, "must be at least 0", ""),
        ("version: 1\nbackups: {min_retention_days: two}", 2, "must be a whole number", ""),
        ("version: 1\nbackups: {separation: none}", 2, "must be one of domain, vault", ""),
        ("version: 1\nchanges: {max_destroyed_share: 1.5}", 2, "must be at most 1", ""),
        ("version: 1\nagents: cursor", 2, "agents must be a list", ""),
        ("version: 1\nagents: [12]", 2, "must be text; put it in quotes", ""),
        ("version: 1\nagents:\n- a\n- tag: x", 4, "agents.1", ""),
        ("version: 1\nenvironments: {prod: {domains: [111]}}", 2, "must be text; put it in quotes", ""),
        ("version: 1\nenvironments: {prod: {tags: {on: [yes]}}}", 2, "environments.prod.tags.on", ""),
        ("version: 1\nchecks: {severity: {a: fatal}}", 2, "must be one of critical, high, medium, low", ""),
        ("version: 1\nversion: 1", 2, "version is written twice", ""),
        ("version: 1\n? [a]\n: 1", 2, "a key must be text", ""),
        ("version: 1\nagents: &a [x]\nx: *a", 3, "an alias is not allowed here", ""),
        ("version: 1\nagents: " + "[" * 60, 2, "nested too deeply", ""),
        ("version: 1\nagents: [", 2, "", ""),
        ("version: 1\nagents: !!python/object/apply:os.system [ls]", 2, "constructor", ""),
        ("version: 1\n--- \nversion: 1", 2, "but found another document", ""),
        ("version: 1\x07", 0, "is not YAML", ""),
        (b"version: 1\xff", 0, "is not UTF-8", ""),
        (b"#" * 1_000_001, 0, "larger than", ""),
    ],
)
def test_wrong_settings_are_refused(text: str | bytes, line: int, said: str, hint: str, tmp_path: Path) -> None:
    """Each mistake is one line that says where and what, with the nearest name where there is one."""
    with pytest.raises(SettingsError) as caught:
        load(text, tmp_path)
    assert caught.value.reason.startswith(f"policypack.yaml:{line}: " if line else "policypack.yaml: ")
    assert said in caught.value.reason
    assert hint in caught.value.hint
    assert "\n" not in caught.value.reason + caught.value.hint


def test_found_here_or_at_the_root_of_the_repository(tmp_path: Path) -> None:
    """The folder's own file is read, else the repository's; what lies between or above is not."""
    root, between, here = tmp_path / "repo", tmp_path / "repo" / "a", tmp_path / "repo" / "a" / "b"
    here.mkdir(parents=True)
    for folder, name in ((tmp_path, "above"), (between, "between")):
        (folder / "policypack.yaml").write_text(f"version: 1\ndefault_environment: {name}\n")
    assert load_settings(None, here) == Settings()
    (root / ".git").mkdir()
    assert load_settings(None, here) == Settings()
    load("version: 1\ndefault_environment: root", root)
    assert load_settings(None, here).default_environment == "root"
    load("version: 1\ndefault_environment: here", here)
    assert load_settings(None, here).default_environment == "here"


def test_the_other_ending_is_not_overlooked(tmp_path: Path) -> None:
    """A file that the user takes for the settings and that is not read is an error, never silence."""
    (tmp_path / "policypack.yml").write_text("version: 1")
    with pytest.raises(SettingsError, match="policypack\\.yml is not read"):
        load_settings(None, tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """A pipe of that name in a scanned repository does not hang the scan."""
    os.mkfifo(tmp_path / "policypack.yaml")
    with pytest.raises(SettingsError, match="is not a file"):
        load_settings(None, tmp_path)


def test_a_file_that_was_asked_for_must_be_there(tmp_path: Path) -> None:
    """--config with a file that does not exist is an error without the machine's path."""
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path / "other.yaml", tmp_path)
    assert caught.value.reason.startswith("other.yaml: cannot be read")


def test_every_field_of_the_schema_is_described() -> None:
    """Whoever reads the schema learns what each setting means."""

    def undescribed(schema: Any, path: str) -> list[str]:
        if not isinstance(schema, dict):
            return []
        properties = schema.get("properties", {})
        missing = [f"{path}.{key}" for key, each in properties.items() if "description" not in each]
        inner = [*properties.items(), ("{}", schema.get("additionalProperties")), ("[]", schema.get("items"))]
        inner += [("|", each) for each in schema.get("oneOf", [])]
        return missing + [each for key, value in inner for each in undescribed(value, f"{path}.{key}")]

    assert undescribed(SCHEMA, "") == []


def test_a_scan_without_settings_imports_no_yaml(tmp_path: Path) -> None:
    """What reads and validates YAML is imported only where there is a file."""
    script = "import sys, pathlib, policypack.settings as s; s.load_settings(None, pathlib.Path(sys.argv[1]));"
    script += "print({'yaml', 'jsonschema'} & set(sys.modules))"
    root = str(Path(package.__file__).parent.parent.parent)
    command = [sys.executable, "-c", script, str(tmp_path)]
    done = subprocess.run(command, env={"PYTHONPATH": root}, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


@given(st.text(st.sampled_from(list("version: 1\n-[]{}&*!|>'\"#?,abcdomains_0x.")), max_size=60))
@settings(max_examples=100, deadline=None)
def test_any_text_is_settings_or_an_error(text: str) -> None:
    """Whatever the file holds, the answer is settings or one SettingsError, never another exception."""
    refused: SettingsError | None = None
    read: dict[str, Any] = {}
    try:
        read = read_settings(text, "policypack.yaml")
    except SettingsError as error:
        refused = error
    assert read.get("version") == 1 if refused is None else refused.reason.startswith("policypack.yaml")
