terraform {
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "7.45.0"
    }
  }
  backend "gcs" {
    bucket = "shop-tfstate"
    prefix = "unresolved"
  }
}

resource "terraform_data" "chosen" {
  input = { project = "shop-prod", protect = true }
}

provider "google" {
  project = terraform_data.chosen.output.project
}

# Whether it is protected, and whether its backup lies in another project, hangs on values that are given only to the apply.
# expect: backup_in_same_domain (uncertain), backup_in_same_state, deletion_protection_off (uncertain)
resource "google_filestore_instance" "documents" {
  name                        = "documents"
  tier                        = "REGIONAL"
  location                    = "europe-west1"
  deletion_protection_enabled = terraform_data.chosen.output.protect

  file_shares {
    name        = "documents"
    capacity_gb = 1024
  }

  networks {
    network = "default"
    modes   = ["MODE_IPV4"]
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_filestore_backup" "documents" {
  name              = "documents"
  project           = "shop-backup"
  location          = "europe-west1"
  source_instance   = google_filestore_instance.documents.id
  source_file_share = "documents"
}
