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

# A key in a file acts for whoever finds the file.
# expect: credential_never_expires
provider "google" {
  project     = "shop-prod"
  credentials = file("${path.module}/deployer.json")
}

resource "google_service_account" "agent" {
  account_id = "agent"
}

# expect: credential_never_expires
resource "google_service_account_key" "agent" {
  service_account_id = google_service_account.agent.name
}

# expect: credential_never_expires
resource "google_apikeys_key" "maps" {
  name = "maps"
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
