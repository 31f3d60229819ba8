terraform {
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "7.45.0"
    }
  }
  backend "gcs" {
    bucket = "shop-tfstate"
    prefix = "vault"
  }
}

provider "google" {
  project = "shop-prod"
  region  = "europe-west1"
}

provider "google" {
  alias   = "backup"
  project = "shop-backup"
  region  = "europe-west1"
}

resource "google_backup_dr_backup_vault" "vault" {
  provider = google.backup

  location                                   = "europe-west1"
  backup_vault_id                            = "shares"
  backup_minimum_enforced_retention_duration = "1209600s"
  effective_time                             = "2026-12-24T00:00:00Z"
}

resource "google_backup_dr_backup_plan" "daily" {
  location       = "europe-west1"
  backup_plan_id = "shares"
  resource_type  = "file.googleapis.com/Instance"
  backup_vault   = google_backup_dr_backup_vault.vault.id

  backup_rules {
    rule_id               = "daily"
    backup_retention_days = 30

    standard_schedule {
      recurrence_type = "DAILY"
      time_zone       = "UTC"
    }
  }
}

resource "google_backup_dr_restore_workload" "documents" {
  provider = google.backup

  location        = "europe-west1"
  backup_vault_id = google_backup_dr_backup_vault.vault.backup_vault_id
  data_source_id  = "documents"
  backup_id       = "documents-latest"
  name            = "documents-restored"
}

resource "google_filestore_instance" "documents" {
  name                        = "documents"
  tier                        = "REGIONAL"
  location                    = "europe-west1"
  deletion_protection_enabled = true

  file_shares {
    name        = "documents"
    capacity_gb = 1024
  }

  networks {
    network = "default"
    modes   = ["MODE_IPV4"]
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_backup_dr_backup_plan_association" "documents" {
  location                   = "europe-west1"
  backup_plan_association_id = "documents"
  resource                   = google_filestore_instance.documents.id
  resource_type              = "file.googleapis.com/Instance"
  backup_plan                = google_backup_dr_backup_plan.daily.id
}

resource "google_filestore_instance" "scans" {
  name                        = "scans"
  tier                        = "REGIONAL"
  location                    = "europe-west1"
  deletion_protection_enabled = true

  file_shares {
    name        = "scans"
    capacity_gb = 1024
  }

  networks {
    network = "default"
    modes   = ["MODE_IPV4"]
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_backup_dr_backup_plan_association" "scans" {
  location                   = "europe-west1"
  backup_plan_association_id = "scans"
  resource                   = google_filestore_instance.scans.id
  resource_type              = "file.googleapis.com/Instance"
  backup_plan                = google_backup_dr_backup_plan.daily.id
}

resource "google_filestore_instance" "mail" {
  name                        = "mail"
  tier                        = "REGIONAL"
  location                    = "europe-west1"
  deletion_protection_enabled = true

  file_shares {
    name        = "mail"
    capacity_gb = 1024
  }

  networks {
    network = "default"
    modes   = ["MODE_IPV4"]
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_backup_dr_backup_plan_association" "mail" {
  location                   = "europe-west1"
  backup_plan_association_id = "mail"
  resource                   = google_filestore_instance.mail.id
  resource_type              = "file.googleapis.com/Instance"
  backup_plan                = google_backup_dr_backup_plan.daily.id
}
