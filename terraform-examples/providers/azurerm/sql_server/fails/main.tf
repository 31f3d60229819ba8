terraform {
  backend "azurerm" {
    storage_account_name = "shoptfstate"
    container_name       = "tfstate"
    key                  = "ledger.tfstate"
  }
}

provider "azurerm" {
  subscription_id = "11111111-1111-1111-1111-111111111111"
  features {}
}

# expect: store_unprotectable
resource "azurerm_mssql_server" "ledger" {
  name                = "sql-ledger-prod"
  resource_group_name = "rg-ledger-prod"
  location            = "westeurope"
  version             = "12.0"

  lifecycle {
    prevent_destroy = true
  }
}

# Point-in-time backups belong to the server: who deletes the server deletes them.
# expect: backup_dies_with_store, backup_in_same_domain, retention_too_short, store_unprotectable
resource "azurerm_mssql_database" "ledger" {
  name      = "ledger-prod"
  server_id = azurerm_mssql_server.ledger.id

  lifecycle {
    prevent_destroy = true
  }
}
