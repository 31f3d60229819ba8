resource "ovh_cloud_project" "staging" {
  description         = "staging"
  deletion_protection = true
}
