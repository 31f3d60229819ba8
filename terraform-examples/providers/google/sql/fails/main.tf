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

# deletion_protection is on by default, and binds Terraform alone: the API's own switch is in the settings, and off. The backups
# that the instance makes are there, and go with it.
# expect: deletion_protection_off, automated_backups_deleted, final_snapshot_skipped
# expect: backup_dies_with_store, backup_in_same_domain, retention_too_short
resource "google_sql_database_instance" "orders" {
  name             = "orders"
  database_version = "POSTGRES_16"

  settings {
    tier = "db-custom-2-7680"

    backup_configuration {
      enabled                        = true
      point_in_time_recovery_enabled = true
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}

# Backups are off where nobody switches them on.
# expect: backup_missing, final_snapshot_skipped
resource "google_sql_database_instance" "invoices" {
  name                = "invoices"
  database_version    = "MYSQL_8_4"
  deletion_protection = false

  settings {
    tier                        = "db-custom-2-7680"
    deletion_protection_enabled = true
  }

  lifecycle {
    prevent_destroy = true
  }
}

# A replica follows its primary, and is asked for neither backups nor a last one.
# expect: deletion_protection_off
resource "google_sql_database_instance" "reports" {
  name                 = "reports"
  database_version     = "POSTGRES_16"
  master_instance_name = google_sql_database_instance.orders.name

  settings {
    tier = "db-custom-2-7680"
  }

  lifecycle {
    prevent_destroy = true
  }
}
