# An agent's policy deletes the secrets for good, and a token without policies has all of its maker's.
# expect: store_unprotectable, prevent_destroy_missing
resource "vault_mount" "kv" {
  path    = "secret"
  type    = "kv"
  options = { version = "2" }
}

resource "vault_kv_secret_v2" "database" {
  mount     = vault_mount.kv.path
  name      = "prod/database"
  data_json = jsonencode({ user = "shop" })
}

resource "vault_policy" "agent" {
  name   = "agent"
  policy = <<-EOT
    path "secret/data/*" {
      capabilities = ["read"]
    }

    # Deleting metadata deletes every version.
    path "secret/metadata/prod/*" {
      capabilities = ["list", "delete"]
    }
  EOT
}

# expect: agent_can_destroy_data, agent_can_read_credentials
resource "vault_approle_auth_backend_role" "agent" {
  role_name      = "coding-agent"
  token_policies = ["default", vault_policy.agent.name]
}

# expect: agent_can_destroy_data (uncertain), token_without_scopes
resource "vault_token" "copilot" {
  display_name = "copilot"
}
