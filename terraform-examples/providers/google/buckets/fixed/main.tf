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

resource "google_storage_bucket" "uploads" {
  name     = "shop-uploads"
  location = "EU"

  versioning {
    enabled = true
  }

  lifecycle {
    prevent_destroy = true
  }
}

# A locked retention policy in a project of its own: nobody deletes these objects before their time, the project's owner included.
resource "google_storage_bucket" "copies" {
  name     = "shop-uploads-copies"
  location = "EU"
  project  = "shop-backup"

  versioning {
    enabled = true
  }

  retention_policy {
    retention_period = 2592000
    is_locked        = true
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_storage_transfer_job" "uploads" {
  description = "uploads"
  project     = "shop-backup"

  transfer_spec {
    gcs_data_source {
      bucket_name = google_storage_bucket.uploads.name
    }

    gcs_data_sink {
      bucket_name = google_storage_bucket.copies.name
    }

    transfer_options {
      delete_objects_unique_in_sink = false
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

# The second bucket is copied like the first, and the job adds and never deletes.
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

resource "google_storage_bucket" "invoices_copies" {
  name     = "shop-invoices-copies"
  location = "EU"
  project  = "shop-backup"

  versioning {
    enabled = true
  }

  retention_policy {
    retention_period = 2592000
    is_locked        = true
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
      bucket_name = google_storage_bucket.invoices_copies.name
    }
    transfer_options {
      delete_objects_unique_in_sink = false
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
