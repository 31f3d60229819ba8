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

resource "azurerm_mssql_server" "ledger" {
  name                = "sql-ledger-prod"
  resource_group_name = "rg-ledger-prod"
  location            = "westeurope"
  version             = "12.0"

  lifecycle {
    prevent_destroy = true
  }
}

# The lock on the server holds for the databases in it.
resource "azurerm_management_lock" "ledger" {
  name       = "keep"
  scope      = azurerm_mssql_server.ledger.id
  lock_level = "CanNotDelete"
}

# What is kept for the long term outlives the server. It stays in the subscription: an export elsewhere is made outside Terraform.
# expect from a plan alone: backup_in_same_domain
# allow: backup_in_same_domain (a pipeline exports the ledger to another subscription every night)
resource "azurerm_mssql_database" "ledger" {
  name      = "ledger-prod"
  server_id = azurerm_mssql_server.ledger.id

  short_term_retention_policy {
    retention_days = 35
  }

  long_term_retention_policy {
    weekly_retention  = "P12W"
    monthly_retention = "P12M"
  }

  lifecycle {
    prevent_destroy = true
  }
}
