terraform {
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "7.45.0"
    }
  }
  backend "gcs" {
    bucket = "shop-tfstate"
    prefix = "platform"
  }
}

provider "google" {
  project = "shop-prod"
}

# The state lies in this bucket, which keeps no old versions and which the state itself manages.
# expect: backup_missing, state_holds_itself, state_unprotected
# expect from a plan alone: overwritable_bucket
resource "google_storage_bucket" "state" {
  name     = "shop-tfstate"
  location = "EU"

  lifecycle {
    prevent_destroy = true
  }
}
