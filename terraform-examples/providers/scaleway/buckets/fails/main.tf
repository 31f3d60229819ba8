# expect: force_destroy_on, prevent_destroy_missing, backup_missing, store_unprotectable, overwritable_bucket
resource "scaleway_object_bucket" "orders" {
  name          = "orders"
  force_destroy = true
}

# expect: deletion_protection_off
resource "scaleway_secret" "database" {
  name = "database"
}

# expect: credential_never_expires
resource "scaleway_iam_api_key" "agent" {
  application_id = "a1"
}
