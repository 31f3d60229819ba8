terraform {
  backend "azurerm" {
    storage_account_name = "shoptfstate"
    container_name       = "tfstate"
    key                  = "keys.tfstate"
  }
}

provider "azurerm" {
  subscription_id = "11111111-1111-1111-1111-111111111111"

  features {
    key_vault {
      purge_soft_delete_on_destroy                                = false
      purge_soft_deleted_certificates_on_destroy                  = false
      purge_soft_deleted_hardware_security_module_keys_on_destroy = false
      purge_soft_deleted_hardware_security_modules_on_destroy     = false
      purge_soft_deleted_keys_on_destroy                          = false
      purge_soft_deleted_secrets_on_destroy                       = false
    }
  }
}

resource "azurerm_key_vault" "shop" {
  name                       = "kv-shop-prod"
  location                   = "westeurope"
  resource_group_name        = "rg-shop-prod"
  tenant_id                  = "00000000-0000-0000-0000-000000000002"
  sku_name                   = "standard"
  rbac_authorization_enabled = true
  purge_protection_enabled   = true

  lifecycle {
    prevent_destroy = true
  }
}

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

resource "azurerm_key_vault_managed_hardware_security_module" "root" {
  name                       = "hsm-root-prod"
  location                   = "westeurope"
  resource_group_name        = "rg-shop-prod"
  sku_name                   = "Standard_B1"
  tenant_id                  = "00000000-0000-0000-0000-000000000002"
  admin_object_ids           = ["00000000-0000-0000-0000-000000000003"]
  purge_protection_enabled   = true
  soft_delete_retention_days = 90

  lifecycle {
    prevent_destroy = true
  }
}
