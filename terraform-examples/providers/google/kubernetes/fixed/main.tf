terraform {
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "7.45.0"
    }
  }
  backend "gcs" {
    bucket = "shop-tfstate"
    prefix = "kubernetes"
  }
}

provider "google" {
  project = "shop-prod"
  region  = "europe-west1"
}

# The plan lies in a project of its own, and its retention is locked. That the API deletes the cluster all the same stays: the
# answer to that is in IAM.
# allow: protection_by_terraform_only (container.clusters.delete is denied to everybody but the platform team)
# expect from a plan alone: protection_by_terraform_only
resource "google_container_cluster" "shop" {
  name               = "shop"
  location           = "europe-west1"
  initial_node_count = 1

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_gke_backup_backup_plan" "shop" {
  name     = "shop"
  project  = "shop-backup"
  cluster  = google_container_cluster.shop.id
  location = "europe-west1"

  retention_policy {
    backup_retain_days      = 30
    backup_delete_lock_days = 30
    locked                  = true
  }

  backup_schedule {
    cron_schedule = "0 4 * * *"
  }

  backup_config {
    include_volume_data = true
    all_namespaces      = true
  }
}

# allow: protection_by_terraform_only (container.clusters.delete is denied to everybody but the platform team)
# expect from a plan alone: protection_by_terraform_only
resource "google_container_cluster" "batch" {
  name               = "batch"
  location           = "europe-west1"
  initial_node_count = 1

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_gke_backup_backup_plan" "batch" {
  name     = "batch"
  project  = "shop-backup"
  cluster  = google_container_cluster.batch.id
  location = "europe-west1"

  retention_policy {
    backup_retain_days      = 30
    backup_delete_lock_days = 30
    locked                  = true
  }

  backup_schedule {
    cron_schedule = "0 4 * * *"
  }

  backup_config {
    include_volume_data = true
    all_namespaces      = true
  }
}
