terraform {
  backend "s3" {
    bucket       = "acme-terraform-state"
    key          = "shop/terraform.tfstate"
    region       = "eu-central-1"
    use_lockfile = true
  }
}

# A job of another platform dumps it into a bucket that nobody can empty.
resource "clickhouse_service" "shop" {
  name           = "shop"
  cloud_provider = "aws"
  region         = "eu-central-1"

  lifecycle {
    prevent_destroy = true
  }
}

# It reaches the database and the bucket, every night.
resource "kubernetes_cron_job_v1" "dump" {
  metadata {
    name      = "dump"
    namespace = "backups"
  }

  spec {
    schedule = "0 3 * * *"

    job_template {
      metadata {}

      spec {
        template {
          metadata {}

          spec {
            container {
              name  = "dump"
              image = "ghcr.io/shop/dump-to-s3:1"

              env {
                name  = "HOST"
                value = clickhouse_service.shop.endpoints[0].host
              }

              env {
                name  = "BUCKET"
                value = aws_s3_bucket.dumps.bucket
              }
            }
          }
        }
      }
    }
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
