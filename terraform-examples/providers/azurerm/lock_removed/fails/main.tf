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

# The plan takes the lock away and deletes nothing: the first half of a deletion.
# expect: guard_removed, store_unprotectable
resource "azurerm_mssql_server" "audit" {
  name                = "sql-audit-prod"
  resource_group_name = "rg-audit-prod"
  location            = "westeurope"
  version             = "12.0"

  lifecycle {
    prevent_destroy = true
  }
}

