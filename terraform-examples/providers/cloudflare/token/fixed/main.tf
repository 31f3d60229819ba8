# The backups are locked, in another account; the agent's token reads one bucket, from one network, and ends.
resource "cloudflare_r2_bucket" "backups" {
  account_id = var.backup_account_id
  name       = "pg-backups"

  lifecycle {
    prevent_destroy = true
  }
}

resource "cloudflare_r2_bucket_lock" "backups" {
  account_id  = var.backup_account_id
  bucket_name = cloudflare_r2_bucket.backups.name
  rules = [{
    id        = "keep-90d"
    enabled   = true
    prefix    = ""
    condition = { type = "Age", max_age_seconds = 7776000 }
  }]
}

# Nothing of D1 refuses a delete, and what can be had back goes with it: an export leaves the account.
# allow: store_unprotectable, backup_dies_with_store, backup_in_same_domain (exported to a locked bucket of another platform every hour)
resource "cloudflare_d1_database" "orders" {
  account_id = var.account_id
  name       = "orders"

  lifecycle {
    prevent_destroy = true
  }
}

resource "cloudflare_api_token" "agent" {
  name       = "cursor"
  expires_on = "2026-12-01T00:00:00Z"
  condition  = { request_ip = { in = ["203.0.113.0/24"] } }
  policies = [{
    effect            = "allow"
    permission_groups = [{ id = "6a018a9f2fc74eb6b293b0c548f38b39" }] # Workers R2 Storage Bucket Item Read
    resources         = jsonencode({ "com.cloudflare.edge.r2.bucket.${var.account_id}_default_assets" = "*" })
  }]
}

variable "account_id" {
  type = string
}

variable "backup_account_id" {
  type = string
}
