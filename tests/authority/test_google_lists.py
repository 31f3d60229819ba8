"""Access lists of Google Cloud whose entries cannot be told: nothing of them is passed over."""

from __future__ import annotations

from pathlib import Path

import pytest

from policypack.model import Outcome, Verb
from tests.authority.google import BUCKET, MAYBE, NO, YES, asked, outcome

DATASET = "google_bigquery_dataset.d"
ROLE = 'variable "x" {}\n'
ENTRIES = 'resource "google_storage_bucket_acl" "a" {\n  bucket = google_storage_bucket.data.name\n  %s\n}\n'
LIST = 'resource "google_bigquery_dataset" "d" {\n  dataset_id = "d"\n  access {\n    %s\n  }\n}\n'


def worst(tmp_path: Path, target: str, *parts: str) -> Outcome:
    """How surely anybody takes it."""
    found = [each.outcome for each in asked(tmp_path, ROLE, *parts).who_can(Verb.DESTROY, target)]
    return max(found, key=lambda each: each.rank, default=NO)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("role_entity = var.x", MAYBE),
        ('role_entity = ["OWNER:${var.x}"]', MAYBE),
        ('role_entity = ["${var.x}:user-a@shop.iam.gserviceaccount.com"]', MAYBE),
        ('role_entity = ["MADE_UP:user-a@shop.iam.gserviceaccount.com"]', MAYBE),
        ("predefined_acl = var.x", MAYBE),
        ('predefined_acl = "publicReadWrite"', YES),
        ('predefined_acl = "publicRead"', NO),
        ('predefined_acl = "private"', NO),
    ],
)
def test_an_entry_of_a_bucket_that_cannot_be_told_is_perhaps_any(tmp_path: Path, written: str, expected: Outcome) -> None:
    """Roles and holders that are not known, or that no list has, may allow anything to anybody; a list that is open to all is told."""
    assert worst(tmp_path, BUCKET, ENTRIES % written) is expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('role = var.x\n    user_by_email = "a@shop.iam.gserviceaccount.com"', MAYBE),
        ('role = "OWNER"\n    special_group = var.x', MAYBE),
        ('role = "OWNER"\n    domain = "shop.example"', YES),
        ('role = "READER"\n    domain = "shop.example"', NO),
    ],
)
def test_an_entry_of_a_dataset_that_cannot_be_told_is_perhaps_any(tmp_path: Path, written: str, expected: Outcome) -> None:
    """So it is with datasets; and a whole domain is somebody."""
    assert worst(tmp_path, DATASET, LIST % written) is expected


def test_whoever_holds_the_basic_role_has_what_a_list_gives_to_its_holders(tmp_path: Path) -> None:
    """`project-owners-…` in a list is what policies call `projectOwner:…`."""
    owner = 'resource "google_project_iam_member" "o" {\n  project = "shop"\n  role = "roles/viewer"\n  member = google_service_account.a.member\n}\n'
    entries = 'role_entity = ["OWNER:project-%s-shop"]'
    assert outcome(asked(tmp_path, owner, ENTRIES % entries % "viewers"), BUCKET) is YES
    assert outcome(asked(tmp_path, owner, ENTRIES % entries % "owners"), BUCKET) is NO
