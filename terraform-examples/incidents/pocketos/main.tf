# The token can do whatever its account can, and everything that the shop has lives in that account.
# expect: token_without_scopes
provider "railway" {
  token = var.railway_token
}

resource "railway_project" "shop" {
  name = "shop"
}

# expect: backup_dies_with_store
# expect: backup_in_same_domain
# expect: store_unprotectable
resource "railway_service" "postgres" {
  name         = "postgres"
  project_id   = railway_project.shop.id
  source_image = "postgres:16"

  # The only backups lie on this volume. Deleting the volume deletes them.
  volume = { name = "pgdata", mount_path = "/var/lib/postgresql/data" }

  # This stops Terraform. The call that deleted the volume did not come from Terraform.
  lifecycle {
    prevent_destroy = true
  }
}

resource "railway_environment" "staging" {
  name       = "staging"
  project_id = railway_project.shop.id
}
