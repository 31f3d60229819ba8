terraform {
  backend "azurerm" {
    storage_account_name = "shoptfstate"
    container_name       = "tfstate"
    key                  = "audit.tfstate"
  }
}

provider "azurerm" {
  subscription_id = "11111111-1111-1111-1111-111111111111"
  features {}
}

resource "azurerm_mssql_server" "audit" {
  name                = "sql-audit-prod"
  resource_group_name = "rg-audit-prod"
  location            = "westeurope"
  version             = "12.0"

  lifecycle {
    prevent_destroy = true
  }
}

resource "azurerm_management_lock" "audit" {
  name       = "keep"
  scope      = azurerm_mssql_server.audit.id
  lock_level = "CanNotDelete"
}
