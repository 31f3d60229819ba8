# expect: deletion_protection_off, backup_dies_with_store, backup_in_same_domain, prevent_destroy_missing
resource "aiven_pg" "shop" {
  project      = "shop"
  service_name = "shop"
  plan         = "business-8"
  cloud_name   = "aws-eu-central-1"
}

# Its protection keeps Terraform from it, and nobody else.
# expect: protection_by_terraform_only
resource "aiven_kafka_topic" "orders" {
  project                = "shop"
  service_name           = "events"
  topic_name             = "orders"
  partitions             = 3
  replication            = 3
  termination_protection = true
}

# expect: token_without_scopes
resource "aiven_organization_application_user_token" "agent" {
  organization_id = "acme"
  user_id         = "u123"
}
