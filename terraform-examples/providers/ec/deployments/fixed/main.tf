terraform {
  backend "s3" {
    bucket       = "acme-terraform-state"
    key          = "shop/terraform.tfstate"
    region       = "eu-central-1"
    use_lockfile = true
  }
}

# A job of another platform dumps it into a bucket that nobody can empty.
resource "ec_deployment" "shop" {
  name                   = "shop"
  region                 = "aws-eu-central-1"
  version                = "8.15.0"
  deployment_template_id = "aws-storage-optimized"

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
                value = ec_deployment.shop.elasticsearch.https_endpoint
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
