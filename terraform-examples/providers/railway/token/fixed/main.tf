# Dumps go to a locked bucket of another account; the agent's token is one of the staging environment.
provider "aws" {
  region              = "eu-central-1"
  allowed_account_ids = ["222222222222"]
}

terraform {
  cloud {
    organization = "pocket"

    workspaces {
      name = "prod"
    }
  }
}

resource "railway_project" "prod" {
  name = "pocket-prod"

  lifecycle {
    prevent_destroy = true
  }
}

resource "railway_service" "postgres" {
  name         = "postgres"
  project_id   = railway_project.prod.id
  source_image = "postgres:16"
  volume = {
    name       = "pgdata"
    mount_path = "/var/lib/postgresql/data"
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "railway_service" "dump" {
  name          = "dump"
  project_id    = railway_project.prod.id
  source_image  = "ghcr.io/pocket/pg-dump-to-s3:1"
  cron_schedule = "0 3 * * *"
}

resource "railway_variable_collection" "dump" {
  environment_id = railway_project.prod.default_environment.id
  service_id     = railway_service.dump.id
  variables = [
    { name = "DATABASE_URL", value = "$${{postgres.DATABASE_URL}}" },
    { name = "BUCKET", value = aws_s3_bucket.dumps.bucket },
  ]
}

resource "railway_variable" "source" {
  name           = "SOURCE"
  value          = railway_service.postgres.id
  environment_id = railway_project.prod.default_environment.id
  service_id     = railway_service.dump.id
}

resource "aws_s3_bucket" "dumps" {
  bucket              = "pocket-pgdump"
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

resource "github_repository_environment" "staging" {
  repository  = "app"
  environment = "staging"
}

resource "github_actions_environment_secret" "agent" {
  repository  = "app"
  environment = github_repository_environment.staging.environment
  secret_name = "RAILWAY_TOKEN"
  value       = var.railway_staging_project_token
}

variable "railway_staging_project_token" {
  type      = string
  sensitive = true
}
