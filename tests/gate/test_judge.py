"""What the tree under change says about itself is no answer, and a way back that goes too is none."""

from __future__ import annotations

from pathlib import Path

from policypack.gate.judge import Asked, Judged, judge
from policypack.read.options import ReadOptions
from policypack.settings import Settings
from tests.gate.planned import DATABASE, change, kept, written

MAIN = """# allow: store_deleted (it is only a test)
# allow: no_such_check
resource "aws_db_instance" "main" {
  identifier = "orders"
}
"""
VAULT = {"name": "v", "arn": "arn:aws:backup:eu-central-1:111111111111:backup-vault:v", "id": "v"}
PLAN = {"name": "p", "id": "p1", "rule": [{"rule_name": "r", "target_vault_name": "v", "lifecycle": [{"delete_after": 35}]}]}
CHOSEN = {"name": "s", "plan_id": "p1", "resources": [DATABASE["arn"]]}
LEFT = {**DATABASE, "delete_automated_backups": True}


def asked(path: Path, settings: Settings | None = None) -> Judged:
    """The gate's view of a plan."""
    return judge(Asked(path), ReadOptions(base=path.parent), settings or Settings())


def restore(folder: Path, vault: str) -> str:
    """The ways back of a database that goes, where the plan does this to the vault of its recovery points."""
    found = asked(
        written(
            folder,
            change("aws_db_instance.main", ["delete"], LEFT),
            change("aws_backup_vault.v", [vault], VAULT, VAULT if vault == "no-op" else None),
            kept("aws_backup_plan.p", PLAN),
            kept("aws_backup_selection.s", CHOSEN),
        )
    )
    need = next(each for each in found.needs if each.kind == "store_deleted")
    return "; ".join(way.text for way in need.restore)


def test_what_goes_with_the_store_brings_nothing_back(tmp_path: Path) -> None:
    """Backups that die with the store are no way back, and neither are recovery points in a vault that the same plan deletes."""
    assert restore(tmp_path, "no-op").startswith("the last recovery point in aws_backup_vault.v")
    assert "automated backup" not in restore(tmp_path, "no-op")
    assert restore(tmp_path, "delete") == ""


def test_the_folder_around_a_plan_is_not_read(tmp_path: Path) -> None:
    """Code beside the plan, with suppressions right and wrong, changes nothing: nobody named it."""
    path = written(tmp_path, change("aws_db_instance.main", ["delete"], DATABASE))
    alone = asked(path)
    (tmp_path / "main.tf").write_text(MAIN, "utf-8")
    assert asked(path) == alone
    assert [each.kind for each in alone.needs] == ["store_deleted"]


def test_source_that_is_named_gives_lines_and_no_leave(tmp_path: Path) -> None:
    """The source of a plan says where things are written; the suppressions in it are not looked at."""
    (tmp_path / "main.tf").write_text(MAIN, "utf-8")
    path = written(tmp_path, change("aws_db_instance.main", ["update"], DATABASE, {**DATABASE, "deletion_protection": False}))
    found = judge(Asked(path), ReadOptions(base=tmp_path, source=tmp_path), Settings())
    assert found.unjudged == ()
    (need,) = found.needs
    assert need.location is not None
    assert (need.location.file, need.location.line) == ("main.tf", 3)


def test_settings_choose_no_questions(tmp_path: Path) -> None:
    """Which checks a scan skips, and how severe they are to it, is nothing to the gate."""
    path = written(tmp_path, change("aws_db_instance.main", ["delete"], DATABASE))
    tame = Settings(skip=("store_deleted",), only=("store_forgotten",), severity={"store_deleted": "low"})
    assert asked(path, tame).needs == asked(path).needs != ()
