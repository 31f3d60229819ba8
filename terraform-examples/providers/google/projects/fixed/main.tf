terraform {
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "7.45.0"
    }
  }
  backend "gcs" {
    bucket = "shop-tfstate"
    prefix = "projects"
  }
}

provider "google" {
  project = "shop-prod"
}

resource "google_project" "shop" {
  name            = "shop"
  project_id      = "shop-prod"
  org_id          = "123456789012"
  deletion_policy = "PREVENT"

  lifecycle {
    prevent_destroy = true
  }
}

# The API refuses to delete a project with a lien on it, whoever asks.
resource "google_resource_manager_lien" "shop" {
  parent       = "projects/${google_project.shop.number}"
  restrictions = ["resourcemanager.projects.delete"]
  origin       = "platform"
  reason       = "production: only the platform team takes this off"
}

resource "google_project" "analytics" {
  name            = "analytics"
  project_id      = "analytics-prod"
  org_id          = "123456789012"
  deletion_policy = "PREVENT"

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_resource_manager_lien" "analytics" {
  parent       = "projects/${google_project.analytics.number}"
  restrictions = ["resourcemanager.projects.delete"]
  origin       = "platform"
  reason       = "production: only the platform team takes this off"
}
