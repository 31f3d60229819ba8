terraform {
  required_providers {
    railway = {
      source = "terraform-community-providers/railway"
    }
  }
  backend "s3" {
    bucket       = "acme-terraform-state"
    key          = "shop.tfstate"
    region       = "eu-central-1"
    use_lockfile = true
  }
}

variable "railway_token" {
  type      = string
  sensitive = true
}

# One string that may do all that the account may, volumeDelete included.
# expect: token_without_scopes
provider "railway" {
  token = var.railway_token
}

resource "railway_project" "shop" {
  name = "shop"
}

# What the token reaches. Railway keeps the volume's backups on the volume.
# expect: backup_dies_with_store, backup_in_same_domain, store_unprotectable
resource "railway_service" "postgres" {
  name         = "postgres"
  project_id   = railway_project.shop.id
  source_image = "postgres:16"
  volume = {
    name       = "pgdata"
    mount_path = "/var/lib/postgresql/data"
  }

  lifecycle {
    prevent_destroy = true
  }
}

# Holds nothing: there is nothing to lose.
resource "railway_service" "web" {
  name       = "web"
  project_id = railway_project.shop.id
}
