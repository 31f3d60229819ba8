terraform {
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "7.45.0"
    }
  }
  backend "gcs" {
    bucket = "shop-tfstate"
    prefix = "keys"
  }
}

provider "google" {
  project = "shop-prod"
}

resource "google_kms_key_ring" "disks" {
  name     = "disks"
  location = "europe-west1"
  project  = "shop-keys"
}

# A day is over before anybody has looked, and everything under the key is gone with its backups.
# expect: recovery_window_too_short
resource "google_kms_crypto_key" "disks" {
  name                       = "disks"
  key_ring                   = google_kms_key_ring.disks.id
  destroy_scheduled_duration = "86400s"

  lifecycle {
    prevent_destroy = true
  }
}

# A destroyed version is gone at once, and what stops Terraform stops nobody else.
# expect: protection_by_terraform_only, recovery_window_too_short
resource "google_secret_manager_secret" "payments" {
  secret_id           = "payments"
  deletion_protection = true

  replication {
    auto {}
  }

  lifecycle {
    prevent_destroy = true
  }
}
