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
