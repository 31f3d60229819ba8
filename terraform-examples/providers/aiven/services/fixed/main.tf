# A token with scopes and an end, and a service that one call does not delete.
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

resource "aiven_organization_application_user_token" "agent" {
  organization_id = "acme"
  user_id         = "u123"
  scopes          = ["authentication"]
  max_age_seconds = 3600
}
