terraform {
  backend "azurerm" {
    storage_account_name = "shoptfstate"
    container_name       = "tfstate"
    key                  = "shop.tfstate"
  }
}

# A key vault that is destroyed is purged: the provider's default.
# expect: provider_destroys_more
provider "azurerm" {
  features {}
}

# The same, with a destroy that leaves what the platform keeps.
provider "azurerm" {
  alias = "careful"
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
  name                       = "shop"
  location                   = "westeurope"
  resource_group_name        = "shop"
  tenant_id                  = "00000000-0000-0000-0000-000000000000"
  sku_name                   = "standard"
  purge_protection_enabled   = true
  rbac_authorization_enabled = true

  lifecycle {
    prevent_destroy = true
  }
}
