# What is in it cannot be deleted before its time, nor by a destroy; versions keep what is overwritten.
# allow: backup_missing (what it holds is copied to a locked bucket of another platform every night)
resource "scaleway_object_bucket" "orders" {
  name                = "orders"
  object_lock_enabled = true

  versioning {
    enabled = true
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "scaleway_object_bucket_lock_configuration" "orders" {
  bucket = scaleway_object_bucket.orders.name

  rule {
    default_retention {
      mode = "COMPLIANCE"
      days = 30
    }
  }
}

resource "scaleway_secret" "database" {
  name      = "database"
  protected = true
}

resource "scaleway_iam_api_key" "agent" {
  application_id = "a1"
  expires_at     = "2026-09-30T00:00:00Z"
}
