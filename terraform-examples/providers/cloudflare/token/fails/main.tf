# A token that writes all of R2 and D1 in the account that the backups lie in. Its permission groups are opaque ids.
# expect: store_unprotectable, prevent_destroy_missing
resource "cloudflare_r2_bucket" "backups" {
  account_id = var.account_id
  name       = "pg-backups"
}

# expect: store_unprotectable, prevent_destroy_missing, backup_dies_with_store, backup_in_same_domain
resource "cloudflare_d1_database" "orders" {
  account_id = var.account_id
  name       = "orders"
}

# expect: agent_can_destroy_data, agent_can_weaken_guards, credential_never_expires
resource "cloudflare_api_token" "agent" {
  name = "cursor"
  policies = [{
    effect = "allow"
    permission_groups = [
      { id = "bf7481a1826f439697cb59a20b22293e" }, # Workers R2 Storage Write
      { id = "09b2857d1c31407795e75e3fed8617a1" }, # D1 Write
    ]
    resources = jsonencode({ "com.cloudflare.api.account.${var.account_id}" = "*" })
  }]
}

variable "account_id" {
  type = string
}
