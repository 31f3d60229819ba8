terraform {
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "7.45.0"
    }
  }
  backend "gcs" {
    bucket = "shop-tfstate"
    prefix = "tables"
  }
}

provider "google" {
  project = "shop-prod"
  region  = "europe-west1"
}

# A destroy deletes the backups first, because the API refuses to delete an instance that has some.
# expect: container_unprotected
resource "google_spanner_instance" "shop" {
  name          = "shop"
  display_name  = "shop"
  config        = "regional-europe-west1"
  num_nodes     = 1
  force_destroy = true

  lifecycle {
    prevent_destroy = true
  }
}

# deletion_protection is Terraform's, enable_drop_protection is the API's.
# expect: backup_in_same_domain, deletion_protection_off, retention_too_short
resource "google_spanner_database" "orders" {
  instance            = google_spanner_instance.shop.name
  name                = "orders"
  deletion_protection = true

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_spanner_backup_schedule" "orders" {
  instance           = google_spanner_instance.shop.name
  database           = google_spanner_database.orders.name
  name               = "daily"
  retention_duration = "604800s"

  spec {
    cron_spec {
      text = "0 4 * * *"
    }
  }

  full_backup_spec {}
}

# The protection of a Bigtable table is a word, and true is not the word.
# expect: backup_missing, deletion_protection_off
resource "google_bigtable_table" "events" {
  name                = "events"
  instance_name       = "telemetry"
  deletion_protection = "UNPROTECTED"

  lifecycle {
    prevent_destroy = true
  }
}

# A destroy lets go of the database, as it does by default; the API deletes it when it is asked.
# expect: backup_dies_with_store, backup_in_same_domain, deletion_protection_off, retention_too_short
resource "google_firestore_database" "carts" {
  name                              = "carts"
  location_id                       = "eur3"
  type                              = "FIRESTORE_NATIVE"
  point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_ENABLED"

  lifecycle {
    prevent_destroy = true
  }
}

# Everything in it goes with it.
# expect: container_unprotected, recovery_window_too_short
resource "google_bigquery_dataset" "sales" {
  dataset_id                 = "sales"
  location                   = "EU"
  delete_contents_on_destroy = true
  max_time_travel_hours      = "48"

  lifecycle {
    prevent_destroy = true
  }
}

# expect: backup_missing, protection_by_terraform_only
resource "google_bigquery_table" "orders" {
  dataset_id = google_bigquery_dataset.sales.dataset_id
  table_id   = "orders"

  lifecycle {
    prevent_destroy = true
  }
}

# expect: backup_in_same_domain, protection_by_terraform_only
resource "google_alloydb_cluster" "shop" {
  cluster_id = "shop"
  location   = "europe-west1"

  automated_backup_policy {
    enabled = true

    time_based_retention {
      retention_period = "2592000s"
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}
