# S01b: dumps go into a locked bucket of another account every night, and the agent has no token of Railway.
provider "aws" {
  region              = "eu-central-1"
  allowed_account_ids = ["222222222222"]
}

terraform {
  cloud {
    organization = "pocket"

    workspaces {
      name = "pocket"
    }
  }
}

resource "railway_project" "pocket" {
  name = "pocket"
}

resource "railway_environment" "staging" {
  name       = "staging"
  project_id = railway_project.pocket.id
}

resource "railway_service" "postgres" {
  name         = "postgres"
  project_id   = railway_project.pocket.id
  source_image = "postgres:16"
  volume       = { name = "pgdata", mount_path = "/var/lib/postgresql/data" }

  lifecycle {
    prevent_destroy = true
  }
}

resource "railway_service" "dump" {
  name          = "dump"
  project_id    = railway_project.pocket.id
  source_image  = "ghcr.io/pocket/pg-dump-to-s3:1"
  cron_schedule = "0 3 * * *"
}

resource "railway_variable" "source" {
  name           = "DATABASE_URL"
  value          = "$${{postgres.DATABASE_URL}}"
  environment_id = railway_project.pocket.default_environment.id
  service_id     = railway_service.dump.id
}

resource "railway_variable" "target" {
  name           = "BUCKET"
  value          = aws_s3_bucket.dumps.bucket
  environment_id = railway_project.pocket.default_environment.id
  service_id     = railway_service.dump.id
}

resource "aws_s3_bucket" "dumps" {
  bucket              = "pocket-dumps"
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

# It puts, and does nothing else.
resource "aws_iam_role" "dump" {
  name = "dump-writer"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = "arn:aws:iam::222222222222:oidc-provider/token.actions.githubusercontent.com" }
      Condition = { StringEquals = { "token.actions.githubusercontent.com:sub" = "repo:pocket/dump:environment:dump", "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com" } }
    }]
  })
}

resource "aws_iam_role_policy" "dump" {
  role = aws_iam_role.dump.name

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "s3:PutObject", Resource = "${aws_s3_bucket.dumps.arn}/*" }]
  })
}

# The agent works with a token of staging alone.
resource "railway_variable" "agent" {
  name           = "RAILWAY_TOKEN"
  value          = var.railway_staging_token
  environment_id = railway_environment.staging.id
  service_id     = var.agent_service_id
}

variable "railway_staging_token" {
  type      = string
  sensitive = true
}

variable "agent_service_id" {
  type = string
}
