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

# A lock on the group holds for all that lies in it.
resource "azurerm_management_lock" "search" {
  name       = "keep"
  scope      = azurerm_resource_group.search.id
  lock_level = "CanNotDelete"
}

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

# The lock of one resource, by its full name.
resource "azurerm_dns_zone" "shop" {
  name                = "shop.example"
  resource_group_name = "rg-dns-prod"

  lifecycle {
    prevent_destroy = true
  }
}

resource "azurerm_management_lock" "shop" {
  name       = "keep"
  scope      = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-dns-prod/providers/Microsoft.Network/dnsZones/shop.example"
  lock_level = "ReadOnly"
}

# A lock on a whole subscription.
provider "azurerm" {
  alias           = "data"
  subscription_id = "22222222-2222-2222-2222-222222222222"
  features {}
}

data "azurerm_subscription" "data" {
  provider = azurerm.data
}

resource "azurerm_management_lock" "data" {
  provider   = azurerm.data
  name       = "keep"
  scope      = data.azurerm_subscription.data.id
  lock_level = "CanNotDelete"
}

resource "azurerm_kusto_cluster" "events" {
  provider            = azurerm.data
  name                = "eventsprod"
  resource_group_name = "rg-events-prod"
  location            = "westeurope"

  sku {
    name     = "Standard_D13_v2"
    capacity = 2
  }

  lifecycle {
    prevent_destroy = true
  }
}
