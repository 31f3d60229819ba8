# Terraform refuses twice, and the platform not at all.
# allow: protection_by_terraform_only (no agent has a key of the account)
resource "ovh_cloud_project" "shop" {
  description         = "shop"
  deletion_protection = true

  lifecycle {
    prevent_destroy = true
  }
}
