# The agent reads what its own task needs; a deny keeps it off the rest, and snapshots of the server go to another account.
# allow: store_unprotectable (no policy here deletes the engine, and the server's snapshots go to another account)
resource "vault_mount" "kv" {
  path    = "secret"
  type    = "kv"
  options = { version = "2" }

  lifecycle {
    prevent_destroy = true
  }
}

resource "vault_kv_secret_v2" "database" {
  mount     = vault_mount.kv.path
  name      = "prod/database"
  data_json = jsonencode({ user = "shop" })
}

resource "vault_policy" "agent" {
  name   = "agent"
  policy = <<-EOT
    path "secret/data/agent/*" {
      capabilities = ["read"]
    }

    path "secret/metadata/*" {
      capabilities = ["list"]
    }

    path "secret/metadata/prod/*" {
      capabilities = ["deny"]
    }
  EOT
}

resource "vault_approle_auth_backend_role" "agent" {
  role_name      = "coding-agent"
  token_policies = ["default", vault_policy.agent.name]
}

resource "vault_token" "copilot" {
  display_name     = "copilot"
  policies         = [vault_policy.agent.name]
  ttl              = "1h"
  explicit_max_ttl = "8h"
}
