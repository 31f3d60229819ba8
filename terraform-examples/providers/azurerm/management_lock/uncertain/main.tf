terraform {
  backend "azurerm" {
    storage_account_name = "shoptfstate"
    container_name       = "tfstate"
    key                  = "search.tfstate"
  }
}

provider "azurerm" {
  subscription_id = "11111111-1111-1111-1111-111111111111"
  features {}
}

resource "azurerm_resource_group" "search" {
  name     = "rg-search-prod"
  location = "westeurope"
}

# Which scope is locked is known only after the apply: whether the ledger is under it cannot be told.
resource "terraform_data" "locked_scope" {
  input = azurerm_resource_group.search.id
}

resource "azurerm_management_lock" "chosen" {
  name       = "chosen"
  scope      = terraform_data.locked_scope.output
  lock_level = "CanNotDelete"
}

# expect: deletion_protection_off (uncertain)
resource "azurerm_confidential_ledger" "audit" {
  name                = "audit-prod"
  resource_group_name = azurerm_resource_group.search.name
  location            = azurerm_resource_group.search.location
  ledger_type         = "Private"

  azuread_based_service_principal {
    principal_id     = "00000000-0000-0000-0000-000000000001"
    tenant_id        = "00000000-0000-0000-0000-000000000002"
    ledger_role_name = "Administrator"
  }

  lifecycle {
    prevent_destroy = true
  }
}
