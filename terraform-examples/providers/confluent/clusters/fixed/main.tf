resource "confluent_kafka_cluster" "events" {
  display_name        = "events"
  availability        = "MULTI_ZONE"
  cloud               = "AWS"
  region              = "eu-central-1"
  deletion_protection = true
  standard {}
  environment {
    id = "env-1"
  }

  lifecycle {
    prevent_destroy = true
  }
}

# It reads and writes one cluster, and ends.
resource "confluent_api_key" "agent" {
  display_name = "agent"
  expires_at   = "2026-12-31"

  owner {
    id          = "sa-1"
    api_version = "iam/v2"
    kind        = "ServiceAccount"
  }

  managed_resource {
    id          = confluent_kafka_cluster.events.id
    api_version = confluent_kafka_cluster.events.api_version
    kind        = confluent_kafka_cluster.events.kind

    environment {
      id = "env-1"
    }
  }
}
