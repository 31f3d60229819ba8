# One call deletes it.
# expect: deletion_protection_off, prevent_destroy_missing
resource "yandex_mdb_kafka_cluster" "shop" {
  name       = "shop"
  network_id = "n1"
}
