terraform {
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "7.45.0"
    }
  }
  backend "gcs" {
    bucket = "shop-tfstate"
    prefix = "buckets"
  }
}

provider "google" {
  project = "shop-prod"
}

# Soft delete is switched off, nothing keeps old versions, and a destroy empties the bucket first.
# expect: backup_missing, force_destroy_on, overwritable_bucket, recovery_window_too_short
resource "google_storage_bucket" "uploads" {
  name          = "shop-uploads"
  location      = "EU"
  force_destroy = true

  soft_delete_policy {
    retention_duration_seconds = 0
  }

  lifecycle {
    prevent_destroy = true
  }
}

# The job carries deletes over: whoever empties the bucket empties the copy.
# expect: replica_instead_of_backup
resource "google_storage_bucket" "invoices" {
  name     = "shop-invoices"
  location = "EU"

  versioning {
    enabled = true
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_storage_bucket" "copies" {
  name     = "shop-invoices-copies"
  location = "EU"
  project  = "shop-backup"

  versioning {
    enabled = true
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_storage_transfer_job" "invoices" {
  description = "invoices"
  project     = "shop-backup"

  transfer_spec {
    gcs_data_source {
      bucket_name = google_storage_bucket.invoices.name
    }

    gcs_data_sink {
      bucket_name = google_storage_bucket.copies.name
    }

    transfer_options {
      delete_objects_unique_in_sink = true
    }
  }

  schedule {
    schedule_start_date {
      year  = 2026
      month = 1
      day   = 1
    }
  }
}
