terraform {
  backend "azurerm" {
    storage_account_name = "shoptfstate"
    container_name       = "tfstate"
    key                  = "keys.tfstate"
  }
}

# What a destroy deletes is purged at once: that is what the provider does unless it is told otherwise.
# expect: provider_destroys_more
provider "azurerm" {
  subscription_id = "11111111-1111-1111-1111-111111111111"
  features {}
}

# Soft delete keeps a deleted vault for 90 days, and anybody who may purge it ends that: purge protection is off.
# expect: recovery_window_too_short
resource "azurerm_key_vault" "shop" {
  name                       = "kv-shop-prod"
  location                   = "westeurope"
  resource_group_name        = "rg-shop-prod"
  tenant_id                  = "00000000-0000-0000-0000-000000000002"
  sku_name                   = "standard"
  rbac_authorization_enabled = true

  lifecycle {
    prevent_destroy = true
  }
}

# What lies in the vault has what the vault has: one cause, one finding.
resource "azurerm_key_vault_key" "disks" {
  name         = "disks-prod"
  key_vault_id = azurerm_key_vault.shop.id
  key_type     = "RSA"
  key_size     = 3072
  key_opts     = ["wrapKey", "unwrapKey"]

  lifecycle {
    prevent_destroy = true
  }
}

# A week is over before the holiday is.
# expect: recovery_window_too_short
resource "azurerm_key_vault_managed_hardware_security_module" "root" {
  name                       = "hsm-root-prod"
  location                   = "westeurope"
  resource_group_name        = "rg-shop-prod"
  sku_name                   = "Standard_B1"
  tenant_id                  = "00000000-0000-0000-0000-000000000002"
  admin_object_ids           = ["00000000-0000-0000-0000-000000000003"]
  purge_protection_enabled   = true
  soft_delete_retention_days = 7

  lifecycle {
    prevent_destroy = true
  }
}

# Whether the vault of this key has purge protection is written elsewhere.
# expect: protection_unresolved (uncertain)
resource "azurerm_key_vault_key" "elsewhere" {
  name         = "backups-prod"
  key_vault_id = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-keys-prod/providers/Microsoft.KeyVault/vaults/kv-backups"
  key_type     = "RSA"
  key_size     = 3072
  key_opts     = ["wrapKey", "unwrapKey"]

  lifecycle {
    prevent_destroy = true
  }
}
