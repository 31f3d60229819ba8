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

# What the vault holds is bound, and what comes is not: nobody has said when the minimum becomes final.
# expect: lock_not_yet_binding
resource "google_backup_dr_backup_vault" "vault" {
  provider = google.backup

  location                                   = "europe-west1"
  backup_vault_id                            = "shares"
  backup_minimum_enforced_retention_duration = "1209600s"
}

# expect: restore_untested
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

# The plan asks for less than the vault allows: the vault takes none of its backups.
# expect: retention_too_short
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

resource "google_backup_dr_backup_plan" "short" {
  location       = "europe-west1"
  backup_plan_id = "shares-short"
  resource_type  = "file.googleapis.com/Instance"
  backup_vault   = google_backup_dr_backup_vault.vault.id

  backup_rules {
    rule_id               = "daily"
    backup_retention_days = 3

    standard_schedule {
      recurrence_type = "DAILY"
      time_zone       = "UTC"
    }
  }
}

resource "google_backup_dr_backup_plan_association" "scans" {
  location                   = "europe-west1"
  backup_plan_association_id = "scans"
  resource                   = google_filestore_instance.scans.id
  resource_type              = "file.googleapis.com/Instance"
  backup_plan                = google_backup_dr_backup_plan.short.id
}

# A snapshot lies in its instance, and a backup beside it, in the same project.
# expect: backup_in_same_domain, backup_in_same_state, deletion_protection_off
resource "google_filestore_instance" "mail" {
  name     = "mail"
  tier     = "ENTERPRISE"
  location = "europe-west1"

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

resource "google_filestore_snapshot" "mail" {
  name     = "mail"
  instance = google_filestore_instance.mail.name
  location = "europe-west1"
}

resource "google_filestore_backup" "mail" {
  name              = "mail"
  location          = "europe-west1"
  source_instance   = google_filestore_instance.mail.id
  source_file_share = "mail"
}
