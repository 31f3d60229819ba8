# A token with scopes and an end, and services that one call does not delete.
# allow: backup_dies_with_store, backup_in_same_domain (pg_dump runs every night, into a locked bucket of another platform)
resource "aiven_pg" "shop" {
  project                = "shop"
  service_name           = "shop"
  plan                   = "business-8"
  cloud_name             = "aws-eu-central-1"
  termination_protection = true

  lifecycle {
    prevent_destroy = true
  }
}

resource "aiven_kafka" "events" {
  project                = "shop"
  service_name           = "events"
  plan                   = "business-4"
  cloud_name             = "aws-eu-central-1"
  termination_protection = true

  lifecycle {
    prevent_destroy = true
  }
}

# allow: protection_by_terraform_only (orders are read into the database at once: the topic holds hours)
resource "aiven_kafka_topic" "orders" {
  project                = "shop"
  service_name           = aiven_kafka.events.service_name
  topic_name             = "orders"
  partitions             = 3
  replication            = 3
  termination_protection = true
}

resource "aiven_organization_application_user_token" "agent" {
  organization_id = "acme"
  user_id         = "u123"
  scopes          = ["authentication"]
  max_age_seconds = 3600
}
