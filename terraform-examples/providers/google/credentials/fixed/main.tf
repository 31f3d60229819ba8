terraform {
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "7.45.0"
    }
  }
  backend "gcs" {
    bucket = "shop-tfstate"
    prefix = "credentials"
  }
}

# The caller is itself, and becomes the service account for an hour.
provider "google" {
  project                     = "shop-prod"
  impersonate_service_account = "deployer@shop-prod.iam.gserviceaccount.com"
}

resource "google_service_account" "agent" {
  account_id = "agent"
}

resource "google_kms_key_ring" "disks" {
  name     = "disks"
  location = "europe-west1"
}

resource "google_kms_crypto_key" "disks" {
  name     = "disks"
  key_ring = google_kms_key_ring.disks.id

  lifecycle {
    prevent_destroy = true
  }
}
