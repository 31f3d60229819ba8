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

# deletion_protection of a cluster is Terraform's alone.
# expect: backup_in_same_domain, protection_by_terraform_only, retention_too_short
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
  cluster  = google_container_cluster.shop.id
  location = "europe-west1"

  retention_policy {
    backup_retain_days = 7
  }

  backup_schedule {
    cron_schedule = "0 4 * * *"
  }

  backup_config {
    include_volume_data = true
    all_namespaces      = true
  }
}

# A plan that is switched off makes no backup.
# expect: backup_missing, protection_by_terraform_only
resource "google_container_cluster" "batch" {
  name               = "batch"
  location           = "europe-west1"
  initial_node_count = 1

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_gke_backup_backup_plan" "batch" {
  name        = "batch"
  cluster     = google_container_cluster.batch.id
  location    = "europe-west1"
  deactivated = true

  retention_policy {
    backup_retain_days = 30
  }

  backup_schedule {
    cron_schedule = "0 4 * * *"
  }
}
