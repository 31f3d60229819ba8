"""Estates of Google Cloud made of short HCL, for tests that ask who can do what."""

from __future__ import annotations

from pathlib import Path

from policypack.authority import Authority, authority
from policypack.build import build
from policypack.catalog import load_catalog
from policypack.model import Infrastructure, Outcome, Verb
from policypack.read.options import ReadOptions
from policypack.scan import read_all
from policypack.settings import Settings

YES, MAYBE, NO = Outcome.YES, Outcome.MAYBE, Outcome.NO
DATABASE, BUCKET = "google_sql_database_instance.main", "google_storage_bucket.data"
BASE = """
provider "google" {
  project = "shop"
}
resource "google_sql_database_instance" "main" {
  name             = "main"
  database_version = "POSTGRES_16"
  settings {
    tier = "db-f1-micro"
  }
}
resource "google_storage_bucket" "data" {
  name     = "shop-data"
  location = "EU"
}
resource "google_service_account" "a" {
  account_id = "a"
}
resource "google_service_account" "admin" {
  account_id = "admin"
}
"""
ADMIN = """
resource "google_project_iam_member" "admin" {
  project = "shop"
  role    = "roles/cloudsql.admin"
  member  = google_service_account.admin.member
}
"""
A = "google_service_account.a.member"


def picture(folder: Path, *parts: str, base: str = BASE) -> Infrastructure:
    """The picture of one module."""
    folder.joinpath("main.tf").write_text(base + "\n".join(parts), "utf-8")
    catalog = load_catalog()
    return build(read_all([folder], ReadOptions(base=folder), catalog.knows), catalog, Settings())


def asked(folder: Path, *parts: str, base: str = BASE) -> Authority:
    """Its authority."""
    return authority(picture(folder, *parts, base=base))


def outcome(
    answers: Authority, target: str = DATABASE, who: str = "google_service_account.a", verb: Verb = Verb.DESTROY
) -> Outcome:
    """How surely somebody can do it."""
    return next((each.outcome for each in answers.who_can(verb, target) if each.identity == who), NO)


def member(role: str, who: str = A, on: str = 'project = "shop"', kind: str = "project", more: str = "") -> str:
    """An additive grant."""
    return f'resource "google_{kind}_iam_member" "m{abs(hash((role, who, on)))}" {{\n  {on}\n  role = {role}\n  member = {who}\n{more}\n}}\n'
