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

# Thirty days, which is what nothing written means too.
resource "google_kms_crypto_key" "disks" {
  name                       = "disks"
  key_ring                   = google_kms_key_ring.disks.id
  destroy_scheduled_duration = "2592000s"

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_kms_crypto_key" "backups" {
  name     = "backups"
  key_ring = google_kms_key_ring.disks.id

  lifecycle {
    prevent_destroy = true
  }
}

# A destroyed version can be had back for a month. A deleted secret cannot, and no argument refuses that: IAM has to.
# allow: store_unprotectable (secretmanager.secrets.delete is denied to everybody but the platform team)
# expect from a plan alone: store_unprotectable
resource "google_secret_manager_secret" "payments" {
  secret_id           = "payments"
  version_destroy_ttl = "2592000s"

  replication {
    auto {}
  }

  lifecycle {
    prevent_destroy = true
  }
}
