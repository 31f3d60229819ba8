terraform {
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "7.45.0"
    }
  }
  backend "gcs" {
    bucket = "platform-tfstate"
    prefix = "states"
  }
}

provider "google" {
  project = "shop-prod"
}

# The buckets of states are a root module of their own, whose state lies elsewhere.
# allow: backup_missing (old versions are enough for a state, and a locked retention would stop Terraform from writing it)
# expect from a plan alone: backup_missing
resource "google_storage_bucket" "state" {
  name     = "shop-tfstate"
  location = "EU"

  versioning {
    enabled = true
  }

  lifecycle {
    prevent_destroy = true
  }
}
