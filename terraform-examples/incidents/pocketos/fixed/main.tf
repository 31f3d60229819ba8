# expect from a plan alone: token_without_scopes
# allow: token_without_scopes (Railway has no narrower token: this one is in the pipeline's secret store alone, and the dumps are beyond its reach)
provider "railway" {
  token = var.railway_token
}

# The account of the copies. Nobody who works on the shop can sign in to it.
provider "aws" {
  region              = "eu-central-1"
  allowed_account_ids = ["222222222222"]

  assume_role {
    role_arn = "arn:aws:iam::222222222222:role/backup-apply"
  }
}

resource "railway_project" "shop" {
  name = "shop"

  lifecycle {
    prevent_destroy = true
  }
}

resource "railway_service" "postgres" {
  name         = "postgres"
  project_id   = railway_project.shop.id
  source_image = "postgres:16"
  volume       = { name = "pgdata", mount_path = "/var/lib/postgresql/data" }

  lifecycle {
    prevent_destroy = true
  }
}

# A nightly pg_dump. Its key may put objects into the bucket, and nothing else.
resource "railway_service" "dump" {
  name          = "dump"
  project_id    = railway_project.shop.id
  source_image  = "ghcr.io/shop/pg-dump-to-s3:1"
  cron_schedule = "0 3 * * *"
}

resource "railway_variable" "dump_source" {
  name           = "DATABASE_URL"
  value          = "$${{postgres.DATABASE_URL}}"
  environment_id = railway_project.shop.default_environment.id
  service_id     = railway_service.dump.id
}

resource "railway_variable" "dump_target" {
  name           = "BUCKET"
  value          = aws_s3_bucket.dumps.bucket
  environment_id = railway_project.shop.default_environment.id
  service_id     = railway_service.dump.id
}

resource "aws_s3_bucket" "dumps" {
  bucket              = "shop-postgres-dumps"
  object_lock_enabled = true

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_versioning" "dumps" {
  bucket = aws_s3_bucket.dumps.id

  versioning_configuration {
    status = "Enabled"
  }
}

# For 35 days nobody can delete a dump, not even the root user of the account.
resource "aws_s3_bucket_object_lock_configuration" "dumps" {
  bucket = aws_s3_bucket.dumps.id

  rule {
    default_retention {
      mode = "COMPLIANCE"
      days = 35
    }
  }
}
