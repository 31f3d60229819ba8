# Only the pipeline of one repository becomes the account that deploys, which deletes nothing; the agent becomes nobody.
terraform {
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "7.45.0"
    }
  }
  backend "gcs" {
    bucket = "shop-tfstate"
    prefix = "identity-impersonation"
  }
}

provider "google" {
  project = "shop-prod"
  region  = "europe-west1"
}

# The vault lies in a project of its own, and a lock that nobody can take back keeps what is in it.
provider "google" {
  alias   = "backup"
  project = "shop-backup"
  region  = "europe-west1"
}

resource "google_sql_database_instance" "orders" {
  name             = "orders"
  database_version = "POSTGRES_16"

  settings {
    tier                        = "db-custom-2-7680"
    deletion_protection_enabled = true
    retain_backups_on_delete    = true

    final_backup_config {
      enabled        = true
      retention_days = 30
    }

    backup_configuration {
      enabled                        = true
      point_in_time_recovery_enabled = true

      backup_retention_settings {
        retained_backups = 30
      }
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_backup_dr_backup_vault" "vault" {
  provider = google.backup

  location                                   = "europe-west1"
  backup_vault_id                            = "databases"
  backup_minimum_enforced_retention_duration = "1209600s"
  effective_time                             = "2026-12-24T00:00:00Z"
}

resource "google_backup_dr_backup_plan" "daily" {
  location       = "europe-west1"
  backup_plan_id = "databases-daily"
  resource_type  = "sqladmin.googleapis.com/Instance"
  backup_vault   = google_backup_dr_backup_vault.vault.id

  backup_rules {
    rule_id               = "daily"
    backup_retention_days = 30

    standard_schedule {
      recurrence_type = "DAILY"
      time_zone       = "UTC"
    }
  }
}

resource "google_backup_dr_backup_plan_association" "orders" {
  location                   = "europe-west1"
  backup_plan_association_id = "orders"
  resource                   = google_sql_database_instance.orders.id
  resource_type              = "sqladmin.googleapis.com/Instance"
  backup_plan                = google_backup_dr_backup_plan.daily.id
}

# A restore that is declared shows that the backups can be had back.
resource "google_backup_dr_restore_workload" "orders" {
  provider = google.backup

  location        = "europe-west1"
  backup_vault_id = google_backup_dr_backup_vault.vault.backup_vault_id
  data_source_id  = "orders"
  backup_id       = "orders-latest"
  name            = "orders-restored"
}

resource "google_service_account" "agent" {
  account_id = "support-agent"
}

resource "google_service_account" "deploy" {
  account_id = "deploy"
}

resource "google_project_iam_member" "deploy" {
  project = "shop-prod"
  role    = "roles/cloudsql.editor"
  member  = "serviceAccount:${google_service_account.deploy.email}"
}

resource "google_iam_workload_identity_pool" "github" {
  workload_identity_pool_id = "github"
}

resource "google_iam_workload_identity_pool_provider" "github" {
  workload_identity_pool_id          = google_iam_workload_identity_pool.github.workload_identity_pool_id
  workload_identity_pool_provider_id = "shop"
  attribute_condition                = "assertion.sub == 'repo:shop/infrastructure:environment:production'"

  attribute_mapping = {
    "google.subject"       = "assertion.sub"
    "attribute.repository" = "assertion.repository"
  }

  oidc {
    issuer_uri = "https://token.actions.githubusercontent.com"
  }
}

resource "google_service_account_iam_member" "pipeline" {
  service_account_id = google_service_account.deploy.name
  role               = "roles/iam.workloadIdentityUser"
  member             = "principalSet://iam.googleapis.com/${google_iam_workload_identity_pool.github.name}/attribute.repository/shop/infrastructure"
}
