terraform {
  backend "azurerm" {
    storage_account_name = "shoptfstate"
    container_name       = "tfstate"
    key                  = "orders.tfstate"
  }
}

provider "azurerm" {
  subscription_id = "11111111-1111-1111-1111-111111111111"
  features {}
}

# The server's own backups go with it, and last a week. Nothing refuses to delete it.
# expect: backup_dies_with_store, backup_in_same_domain, retention_too_short, store_unprotectable
resource "azurerm_postgresql_flexible_server" "orders" {
  name                         = "psql-orders-prod"
  resource_group_name          = "rg-orders-prod"
  location                     = "westeurope"
  version                      = "16"
  sku_name                     = "GP_Standard_D4s_v3"
  geo_redundant_backup_enabled = true

  lifecycle {
    prevent_destroy = true
  }
}

resource "azurerm_postgresql_flexible_server_database" "orders" {
  name      = "orders"
  server_id = azurerm_postgresql_flexible_server.orders.id
}
