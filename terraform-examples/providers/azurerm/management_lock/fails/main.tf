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

# A lock of another group guards nothing here.
resource "azurerm_resource_group" "network" {
  name     = "rg-network-prod"
  location = "westeurope"
}

resource "azurerm_management_lock" "network" {
  name       = "keep"
  scope      = azurerm_resource_group.network.id
  lock_level = "CanNotDelete"
}

# One call deletes the ledger: nothing of its own can refuse, and no lock stands over it.
# expect: store_unprotectable
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
