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

# Nothing in Terraform copies the backups of Spanner, Bigtable and Firestore out of their project. Where that is so, say who does.
resource "google_spanner_instance" "shop" {
  name         = "shop"
  display_name = "shop"
  config       = "regional-europe-west1"
  num_nodes    = 1

  lifecycle {
    prevent_destroy = true
  }
}

# allow: backup_in_same_domain (a nightly job of the platform team copies the backup to the project shop-backup)
# expect from a plan alone: backup_in_same_domain
resource "google_spanner_database" "orders" {
  instance               = google_spanner_instance.shop.name
  name                   = "orders"
  enable_drop_protection = true
  deletion_protection    = true

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_spanner_backup_schedule" "orders" {
  instance           = google_spanner_instance.shop.name
  database           = google_spanner_database.orders.name
  name               = "daily"
  retention_duration = "2592000s"

  spec {
    cron_spec {
      text = "0 4 * * *"
    }
  }

  full_backup_spec {}
}

# allow: backup_in_same_domain (a nightly job of the platform team copies the backup to the project shop-backup)
# expect from a plan alone: backup_in_same_domain
resource "google_bigtable_table" "events" {
  name                = "events"
  instance_name       = "telemetry"
  deletion_protection = "PROTECTED"

  automated_backup_policy {
    retention_period = "720h0m0s"
    frequency        = "24h0m0s"
  }

  lifecycle {
    prevent_destroy = true
  }
}

# allow: backup_in_same_domain (a nightly export of the platform team goes to a locked bucket of the project shop-backup)
# expect from a plan alone: backup_in_same_domain
resource "google_firestore_database" "carts" {
  name                    = "carts"
  location_id             = "eur3"
  type                    = "FIRESTORE_NATIVE"
  delete_protection_state = "DELETE_PROTECTION_ENABLED"

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_firestore_backup_schedule" "carts" {
  database  = google_firestore_database.carts.name
  retention = "8467200s"

  daily_recurrence {}
}

resource "google_bigquery_dataset" "sales" {
  dataset_id = "sales"
  location   = "EU"

  lifecycle {
    prevent_destroy = true
  }
}

# allow: backup_missing (tables are exported to a locked bucket of the project shop-backup every night, by a scheduled query)
# allow: protection_by_terraform_only (bigquery.tables.delete is denied to everybody but the platform team)
# expect from a plan alone: backup_missing, protection_by_terraform_only
resource "google_bigquery_table" "orders" {
  dataset_id          = google_bigquery_dataset.sales.dataset_id
  table_id            = "orders"
  deletion_protection = true

  lifecycle {
    prevent_destroy = true
  }
}

# allow: backup_in_same_domain (a nightly job of the platform team copies the backup to the project shop-backup)
# allow: protection_by_terraform_only (alloydb.clusters.delete is denied to everybody but the platform team)
# expect from a plan alone: backup_in_same_domain, protection_by_terraform_only
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
