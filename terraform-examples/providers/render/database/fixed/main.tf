terraform {
  backend "s3" {
    bucket       = "acme-terraform-state"
    key          = "shop/terraform.tfstate"
    region       = "eu-central-1"
    use_lockfile = true
  }
}

# Dumped every night into a bucket that nobody can empty, in an account of another platform.
resource "render_postgres" "shop" {
  name    = "shop"
  plan    = "pro_4gb"
  region  = "frankfurt"
  version = "16"

  lifecycle {
    prevent_destroy = true
  }
}

resource "render_cron_job" "dump" {
  name     = "dump"
  plan     = "starter"
  region   = "frankfurt"
  schedule = "0 3 * * *"
  runtime_source = {
    image = { image_url = "ghcr.io/shop/pg-dump-to-s3" }
  }
  env_vars = {
    DATABASE_URL = { value = render_postgres.shop.connection_info.internal_connection_string }
    BUCKET       = { value = aws_s3_bucket.dumps.bucket }
  }
}

# The account of the copies. Nobody who works on the shop can sign in to it.
provider "aws" {
  region              = "eu-central-1"
  allowed_account_ids = ["222222222222"]

  assume_role {
    role_arn = "arn:aws:iam::222222222222:role/backup-apply"
  }
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

resource "aws_s3_bucket_object_lock_configuration" "dumps" {
  bucket = aws_s3_bucket.dumps.id

  rule {
    default_retention {
      mode = "COMPLIANCE"
      days = 35
    }
  }
}
