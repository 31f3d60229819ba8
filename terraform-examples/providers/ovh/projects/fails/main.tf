# Its protection keeps Terraform from it, and nobody else.
# expect: container_unprotected
resource "ovh_cloud_project" "shop" {
  description         = "shop"
  deletion_protection = false
}
