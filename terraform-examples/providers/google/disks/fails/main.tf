terraform {
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "7.45.0"
    }
  }
  backend "gcs" {
    bucket = "shop-tfstate"
    prefix = "disks"
  }
}

provider "google" {
  project = "shop-prod"
  region  = "europe-west1"
  zone    = "europe-west1-b"
}

# Scheduled snapshots outlive the disk; they lie in the same project, where whoever holds it deletes them too.
# expect: backup_in_same_domain, final_snapshot_skipped, retention_too_short, store_unprotectable
resource "google_compute_disk" "ledger" {
  name = "ledger"
  type = "pd-balanced"

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_compute_resource_policy" "daily" {
  name = "daily"

  snapshot_schedule_policy {
    schedule {
      daily_schedule {
        days_in_cycle = 1
        start_time    = "04:00"
      }
    }

    retention_policy {
      max_retention_days = 7
    }
  }
}

resource "google_compute_disk_resource_policy_attachment" "ledger" {
  name = google_compute_resource_policy.daily.name
  disk = google_compute_disk.ledger.name
}

# An instant snapshot lies on the disk's own storage.
# expect: backup_dies_with_store, backup_in_same_domain, final_snapshot_skipped, store_unprotectable
resource "google_compute_disk" "archive" {
  name = "archive"
  type = "pd-balanced"

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_compute_instant_snapshot" "archive" {
  name        = "archive"
  source_disk = google_compute_disk.archive.self_link
}

# The instance goes with one call, and its boot disk with it.
# expect: deletion_protection_off, force_destroy_on
resource "google_compute_instance" "mail" {
  name         = "mail"
  machine_type = "e2-standard-2"

  boot_disk {
    initialize_params {
      image = "debian-cloud/debian-12"
    }
  }

  network_interface {
    network = "default"
  }

  lifecycle {
    prevent_destroy = true
  }
}
