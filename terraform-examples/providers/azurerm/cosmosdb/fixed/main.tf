terraform {
  backend "azurerm" {
    storage_account_name = "shoptfstate"
    container_name       = "tfstate"
    key                  = "carts.tfstate"
  }
}

provider "azurerm" {
  subscription_id = "11111111-1111-1111-1111-111111111111"
  features {}
}

# Continuous backups outlive a deleted account for their days, in the account's own subscription: Cosmos DB has no others.
# expect from a plan alone: backup_in_same_domain
# allow: backup_in_same_domain (carts can be rebuilt from the orders, which are copied to another subscription)
resource "azurerm_cosmosdb_account" "carts" {
  name                = "cosmos-carts-prod"
  resource_group_name = "rg-carts-prod"
  location            = "westeurope"
  offer_type          = "Standard"

  backup {
    type = "Continuous"
    tier = "Continuous30Days"
  }

  consistency_policy {
    consistency_level = "Session"
  }

  geo_location {
    location          = "westeurope"
    failover_priority = 0
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "azurerm_cosmosdb_sql_database" "carts" {
  name                = "carts"
  resource_group_name = azurerm_cosmosdb_account.carts.resource_group_name
  account_name        = azurerm_cosmosdb_account.carts.name
}

resource "azurerm_management_lock" "carts" {
  name       = "keep"
  scope      = azurerm_cosmosdb_account.carts.id
  lock_level = "CanNotDelete"
}
