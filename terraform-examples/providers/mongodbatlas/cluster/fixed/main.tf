# Snapshots outlive the cluster, and are exported to a locked bucket of another account; the agent reads, for eight hours.
provider "aws" {
  region              = "eu-central-1"
  allowed_account_ids = ["222222222222"]
}

terraform {
  cloud {
    organization = "shop"

    workspaces {
      name = "prod"
    }
  }
}

resource "mongodbatlas_advanced_cluster" "prod" {
  project_id                     = var.project_id
  name                           = "prod"
  cluster_type                   = "REPLICASET"
  backup_enabled                 = true
  pit_enabled                    = true
  retain_backups_enabled         = true
  termination_protection_enabled = true
  replication_specs = [{
    region_configs = [{
      provider_name   = "AWS"
      region_name     = "EU_CENTRAL_1"
      priority        = 7
      electable_specs = { instance_size = "M30", node_count = 3 }
    }]
  }]

  lifecycle {
    prevent_destroy = true
  }
}

resource "mongodbatlas_cloud_backup_schedule" "prod" {
  project_id          = var.project_id
  cluster_name        = mongodbatlas_advanced_cluster.prod.name
  auto_export_enabled = true
  export {
    export_bucket_id = mongodbatlas_cloud_backup_snapshot_export_bucket.exports.export_bucket_id
    frequency_type   = "daily"
  }
}

resource "mongodbatlas_cloud_backup_snapshot_export_bucket" "exports" {
  project_id     = var.project_id
  iam_role_id    = var.export_role_id
  bucket_name    = aws_s3_bucket.exports.bucket
  cloud_provider = "AWS"
}

resource "aws_s3_bucket" "exports" {
  bucket              = "shop-atlas-exports"
  object_lock_enabled = true

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_versioning" "exports" {
  bucket = aws_s3_bucket.exports.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_object_lock_configuration" "exports" {
  bucket = aws_s3_bucket.exports.id

  rule {
    default_retention {
      mode = "COMPLIANCE"
      days = 35
    }
  }
}

resource "mongodbatlas_backup_compliance_policy" "this" {
  project_id                 = var.project_id
  authorized_email           = "security@example.com"
  authorized_user_first_name = "Sec"
  authorized_user_last_name  = "Ops"
  copy_protection_enabled    = true
  pit_enabled                = true
  restore_window_days        = 7
  on_demand_policy_item {
    frequency_interval = 1
    retention_unit     = "days"
    retention_value    = 14
  }
}

resource "mongodbatlas_project_service_account" "agent" {
  project_id                 = var.project_id
  name                       = "cursor"
  description                = "read only"
  roles                      = ["GROUP_READ_ONLY"]
  secret_expires_after_hours = 8
}

variable "project_id" {
  type = string
}

variable "export_role_id" {
  type = string
}
