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

provider "google" {
  alias   = "backup"
  project = "shop-backup"
  region  = "europe-west1"
}

resource "google_compute_disk" "ledger" {
  name                           = "ledger"
  type                           = "pd-balanced"
  create_snapshot_before_destroy = true

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_backup_dr_backup_vault" "vault" {
  provider = google.backup

  location                                   = "europe-west1"
  backup_vault_id                            = "disks"
  backup_minimum_enforced_retention_duration = "1209600s"
  effective_time                             = "2026-12-24T00:00:00Z"
}

# Two rules: what is kept for a year counts.
resource "google_backup_dr_backup_plan" "disks" {
  location       = "europe-west1"
  backup_plan_id = "disks"
  resource_type  = "compute.googleapis.com/Disk"
  backup_vault   = google_backup_dr_backup_vault.vault.id

  backup_rules {
    rule_id               = "daily"
    backup_retention_days = 14

    standard_schedule {
      recurrence_type = "DAILY"
      time_zone       = "UTC"
    }
  }

  backup_rules {
    rule_id               = "monthly"
    backup_retention_days = 365

    standard_schedule {
      recurrence_type = "MONTHLY"
      days_of_month   = [1]
      time_zone       = "UTC"
    }
  }
}

resource "google_backup_dr_backup_plan_association" "ledger" {
  location                   = "europe-west1"
  backup_plan_association_id = "ledger"
  resource                   = google_compute_disk.ledger.id
  resource_type              = "compute.googleapis.com/Disk"
  backup_plan                = google_backup_dr_backup_plan.disks.id
}

# A restore that is declared shows that the backups can be had back.
resource "google_backup_dr_restore_workload" "ledger" {
  provider = google.backup

  location        = "europe-west1"
  backup_vault_id = google_backup_dr_backup_vault.vault.backup_vault_id
  data_source_id  = "ledger"
  backup_id       = "ledger-latest"
  name            = "ledger-restored"
}

resource "google_compute_instance" "mail" {
  name                = "mail"
  machine_type        = "e2-standard-2"
  deletion_protection = true

  boot_disk {
    auto_delete = false

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

resource "google_compute_disk" "archive" {
  name                           = "archive"
  type                           = "pd-balanced"
  create_snapshot_before_destroy = true

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_backup_dr_backup_plan_association" "archive" {
  location                   = "europe-west1"
  backup_plan_association_id = "archive"
  resource                   = google_compute_disk.archive.id
  resource_type              = "compute.googleapis.com/Disk"
  backup_plan                = google_backup_dr_backup_plan.disks.id
}
