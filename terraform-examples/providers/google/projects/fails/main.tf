terraform {
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "7.45.0"
    }
  }
  backend "gcs" {
    bucket = "shop-tfstate"
    prefix = "projects"
  }
}

provider "google" {
  project         = "shop-prod"
  deletion_policy = "PREVENT"
}

# A destroy deletes the project, and everything in it, backups included.
# expect: container_unprotected
resource "google_project" "shop" {
  name            = "shop"
  project_id      = "shop-prod"
  org_id          = "123456789012"
  deletion_policy = "DELETE"

  lifecycle {
    prevent_destroy = true
  }
}

# Terraform refuses, as it does by default; the API does not.
# expect: protection_by_terraform_only
resource "google_project" "analytics" {
  name       = "analytics"
  project_id = "analytics-prod"
  org_id     = "123456789012"

  lifecycle {
    prevent_destroy = true
  }
}

# The provider's default is PREVENT: that binds Terraform, and nobody who calls the API.
# expect: backup_missing, protection_by_terraform_only
resource "google_compute_disk" "ledger" {
  name = "ledger"
  type = "pd-balanced"
  zone = "europe-west1-b"

  create_snapshot_before_destroy = true

  lifecycle {
    prevent_destroy = true
  }
}
