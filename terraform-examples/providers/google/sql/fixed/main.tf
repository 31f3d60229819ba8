terraform {
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "7.45.0"
    }
  }
  backend "gcs" {
    bucket = "shop-tfstate"
    prefix = "sql"
  }
}

provider "google" {
  project = "shop-prod"
  region  = "europe-west1"
}

# The vault lies in a project of its own, and a lock that nobody can take back keeps what is in it.
provider "google" {
  alias   = "backup"
  project = "shop-backup"
  region  = "europe-west1"
}

resource "google_sql_database_instance" "orders" {
  name             = "orders"
  database_version = "POSTGRES_16"

  settings {
    tier                        = "db-custom-2-7680"
    deletion_protection_enabled = true
    retain_backups_on_delete    = true

    final_backup_config {
      enabled        = true
      retention_days = 30
    }

    backup_configuration {
      enabled                        = true
      point_in_time_recovery_enabled = true

      backup_retention_settings {
        retained_backups = 30
      }
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_backup_dr_backup_vault" "vault" {
  provider = google.backup

  location                                   = "europe-west1"
  backup_vault_id                            = "databases"
  backup_minimum_enforced_retention_duration = "1209600s"
  effective_time                             = "2026-12-24T00:00:00Z"
}

resource "google_backup_dr_backup_plan" "daily" {
  location       = "europe-west1"
  backup_plan_id = "databases-daily"
  resource_type  = "sqladmin.googleapis.com/Instance"
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

resource "google_backup_dr_backup_plan_association" "orders" {
  location                   = "europe-west1"
  backup_plan_association_id = "orders"
  resource                   = google_sql_database_instance.orders.id
  resource_type              = "sqladmin.googleapis.com/Instance"
  backup_plan                = google_backup_dr_backup_plan.daily.id
}

# A restore that is declared shows that the backups can be had back.
resource "google_backup_dr_restore_workload" "orders" {
  provider = google.backup

  location        = "europe-west1"
  backup_vault_id = google_backup_dr_backup_vault.vault.backup_vault_id
  data_source_id  = "orders"
  backup_id       = "orders-latest"
  name            = "orders-restored"
}

resource "google_sql_database_instance" "invoices" {
  name                = "invoices"
  database_version    = "MYSQL_8_4"
  deletion_protection = true

  settings {
    tier                        = "db-custom-2-7680"
    deletion_protection_enabled = true
    retain_backups_on_delete    = true

    final_backup_config {
      enabled        = true
      retention_days = 30
    }

    backup_configuration {
      enabled            = true
      binary_log_enabled = true

      backup_retention_settings {
        retained_backups = 30
      }
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_backup_dr_backup_plan_association" "invoices" {
  location                   = "europe-west1"
  backup_plan_association_id = "invoices"
  resource                   = google_sql_database_instance.invoices.id
  resource_type              = "sqladmin.googleapis.com/Instance"
  backup_plan                = google_backup_dr_backup_plan.daily.id
}

# A replica is made again from its primary; that nobody deletes it by one call is its own.
resource "google_sql_database_instance" "reports" {
  name                 = "reports"
  database_version     = "POSTGRES_16"
  master_instance_name = google_sql_database_instance.orders.name

  settings {
    tier                        = "db-custom-2-7680"
    deletion_protection_enabled = true
  }

  lifecycle {
    prevent_destroy = true
  }
}
