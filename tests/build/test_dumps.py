"""Jobs that copy a database into a bucket elsewhere, whatever platform each of the three is on."""

from __future__ import annotations

from pathlib import Path

import pytest

from policypack.build import build
from policypack.catalog import load_catalog
from policypack.model import Copy, CopyKind, Infrastructure
from policypack.read import read_input
from policypack.read.options import ReadOptions
from policypack.settings import Settings
from tests.expectations import checks

BUCKET = """
provider "aws" {
  region              = "eu-central-1"
  allowed_account_ids = ["222222222222"]
}
resource "aws_s3_bucket" "copies" {
  bucket              = "copies"
  object_lock_enabled = true
}
resource "aws_s3_bucket_object_lock_configuration" "copies" {
  bucket = aws_s3_bucket.copies.id
  rule {
    default_retention {
      mode = "COMPLIANCE"
      days = 35
    }
  }
}
"""
SUPABASE = """
resource "supabase_project" "shop" {
  organization_id   = "acme"
  name              = "shop"
  region            = "eu-central-1"
  database_password = var.password
}
variable "password" {}
"""
CRON = """
resource "kubernetes_cron_job_v1" "JOB" {
  metadata {
    name = "JOB"
  }
  spec {
    schedule = "0 3 * * *"
    job_template {
      spec {
        template {
          spec {
            container {
              name  = "main"
              image = "IMAGE"
              env {
                name  = "HOST"
                value = "db.${supabase_project.shop.id}.supabase.co"
              }
              env {
                name  = "TARGET"
                value = TARGET
              }
            }
          }
        }
      }
    }
  }
}
"""
SECRET = """
resource "kubernetes_secret_v1" "database" {
  metadata {
    name = "database"
  }
  data = {
    HOST   = "db.${supabase_project.shop.id}.supabase.co"
    BUCKET = aws_s3_bucket.copies.bucket
  }
}
resource "kubernetes_cron_job_v1" "nightly" {
  metadata {
    name = "pg-dump"
  }
  spec {
    schedule = "0 3 * * *"
    job_template {
      spec {
        template {
          spec {
            container {
              name = "main"
              env_from {
                secret_ref {
                  name = kubernetes_secret_v1.database.metadata[0].name
                }
              }
            }
          }
        }
      }
    }
  }
}
"""


def picture(folder: Path, text: str) -> Infrastructure:
    """The picture of a module."""
    folder.joinpath("main.tf").write_text(text, encoding="utf-8")
    catalog = load_catalog()
    source = read_input(folder, ReadOptions(base=folder.parent, wanted=catalog.knows))
    return build([source], catalog, Settings())


def dumps(made: Infrastructure, address: str) -> list[Copy]:
    """The dumps of a store."""
    store = next(each for each in made.stores if each.address == address)
    return [each for each in store.copies if each.kind is CopyKind.DUMP]


def cron(job: str, image: str, target: str = "aws_s3_bucket.copies.bucket") -> str:
    """A CronJob that reaches both."""
    return CRON.replace("JOB", job).replace("IMAGE", image).replace("TARGET", target)


@pytest.mark.parametrize(
    ("job", "copied"),
    [
        (cron("pg-dump", "postgres:16"), True),
        (cron("nightly", "ghcr.io/acme/backup:1"), True),
        (cron("report", "ghcr.io/acme/report:1"), False),
        (cron("pg-dump", "postgres:16", '"elsewhere"'), False),
        (cron("pg-dump", "postgres:16").replace('schedule = "0 3 * * *"', ""), False),
        (SECRET, True),
    ],
)
def test_a_job_of_another_platform(tmp_path: Path, job: str, copied: bool) -> None:
    """It copies what it reaches, itself or through its secrets, where it runs by schedule and says what it is for."""
    found = dumps(picture(tmp_path, BUCKET + SUPABASE + job), "supabase_project.shop")
    assert [each.immutable for each in found] == [True] * copied
    assert [getattr(each.domain, "provider", "") for each in found] == ["aws"] * copied


def test_the_copy_elsewhere_is_what_saves_the_project(tmp_path: Path) -> None:
    """With the dump neither the backups that die with the project nor its want of protection are findings; without it both are."""
    asked = ("backup_dies_with_store", "store_unprotectable")
    bare = picture(tmp_path, BUCKET + SUPABASE)
    dumped = picture(tmp_path, BUCKET + SUPABASE + cron("pg-dump", "postgres:16"))
    for name in asked:
        assert [each.resource.address for each in checks()[name].find(bare)] == ["supabase_project.shop"]
        assert not list(checks()[name].find(dumped))


RENDER = """
resource "render_postgres" "shop" {
  name = "shop"
  plan = "pro_4gb"
}
resource "render_cron_job" "nightly" {
  name     = "nightly"
  schedule = "0 3 * * *"
  env_vars = {
    DATABASE_URL = { value = render_postgres.shop.connection_info.internal_connection_string }
    BUCKET       = { value = aws_s3_bucket.copies.bucket }
  }
}
"""


def test_a_job_of_the_same_platform(tmp_path: Path) -> None:
    """A platform's own scheduled job that reaches both need not say more."""
    assert len(dumps(picture(tmp_path, BUCKET + RENDER), "render_postgres.shop")) == 1


@pytest.mark.parametrize("platforms", [("aws",), ("aws", "google")])
def test_each_provider_is_told_of_once(platforms: tuple[str, ...], tmp_path: Path) -> None:
    """What lies with one provider is one cause for each provider, whatever the others hold."""
    texts = {
        "aws": """
resource "aws_s3_bucket" "orders" {
  bucket = "orders"
}
provider "aws" {
  alias               = "backup"
  allowed_account_ids = ["333333333333"]
}
resource "aws_s3_bucket" "replica" {
  provider = aws.backup
  bucket   = "replica"
}
resource "aws_s3_bucket_versioning" "orders" {
  bucket = aws_s3_bucket.orders.id
  versioning_configuration {
    status = "Enabled"
  }
}
resource "aws_s3_bucket_replication_configuration" "orders" {
  bucket = aws_s3_bucket.orders.id
  role   = "arn:aws:iam::222222222222:role/replicate"
  rule {
    status = "Enabled"
    delete_marker_replication {
      status = "Disabled"
    }
    destination {
      bucket = aws_s3_bucket.replica.arn
    }
  }
}
""",
        "google": """
provider "google" {
  project = "shop"
}
resource "google_storage_bucket" "orders" {
  name     = "orders"
  location = "EU"
}
resource "google_storage_bucket" "other" {
  project  = "copies"
  name     = "other"
  location = "EU"
}
resource "google_storage_transfer_job" "copy" {
  description = "copy"
  transfer_spec {
    gcs_data_source {
      bucket_name = google_storage_bucket.orders.name
    }
    gcs_data_sink {
      bucket_name = google_storage_bucket.other.name
    }
  }
  schedule {
    schedule_start_date {
      year  = 2026
      month = 1
      day   = 1
    }
  }
}
""",
    }
    made = picture(tmp_path, BUCKET + "".join(texts[each] for each in platforms))
    found = [each.message for each in checks()["backup_on_one_provider"].find(made)]
    assert [each.split()[4].rstrip(",") for each in found] == list(platforms)
