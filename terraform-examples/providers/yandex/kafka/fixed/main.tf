# The platform refuses to delete it until somebody takes this off.
resource "yandex_mdb_kafka_cluster" "shop" {
  name                = "shop"
  network_id          = "n1"
  deletion_protection = true

  lifecycle {
    prevent_destroy = true
  }
}
