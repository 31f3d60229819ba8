# expect: deletion_protection_off, prevent_destroy_missing
resource "confluent_kafka_cluster" "events" {
  display_name = "events"
  availability = "MULTI_ZONE"
  cloud        = "AWS"
  region       = "eu-central-1"
  standard {}
  environment {
    id = "env-1"
  }
}

# expect: credential_never_expires
resource "confluent_api_key" "agent" {
  display_name = "agent"
  owner {
    id          = "sa-1"
    api_version = "iam/v2"
    kind        = "ServiceAccount"
  }
}
