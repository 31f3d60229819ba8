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

# The copies: another subscription, that nobody of the first administers.
provider "azurerm" {
  alias           = "copies"
  subscription_id = "22222222-2222-2222-2222-222222222222"
  features {}
}

resource "azurerm_postgresql_flexible_server" "orders" {
  name                         = "psql-orders-prod"
  resource_group_name          = "rg-orders-prod"
  location                     = "westeurope"
  version                      = "16"
  sku_name                     = "GP_Standard_D4s_v3"
  backup_retention_days        = 35
  geo_redundant_backup_enabled = true

  lifecycle {
    prevent_destroy = true
  }
}

resource "azurerm_postgresql_flexible_server_database" "orders" {
  name      = "orders"
  server_id = azurerm_postgresql_flexible_server.orders.id
}

resource "azurerm_management_lock" "orders" {
  name       = "keep"
  scope      = azurerm_postgresql_flexible_server.orders.id
  lock_level = "CanNotDelete"
}

resource "azurerm_data_protection_backup_vault" "copies" {
  provider            = azurerm.copies
  name                = "bv-copies-prod"
  resource_group_name = "rg-copies-prod"
  location            = "westeurope"
  datastore_type      = "VaultStore"
  redundancy          = "GeoRedundant"
  immutability        = "Locked"
  soft_delete         = "AlwaysOn"
}

resource "azurerm_data_protection_backup_policy_postgresql_flexible_server" "weekly" {
  provider                        = azurerm.copies
  name                            = "weekly"
  vault_id                        = azurerm_data_protection_backup_vault.copies.id
  backup_repeating_time_intervals = ["R/2026-01-04T02:00:00+00:00/P1W"]

  default_retention_rule {
    life_cycle {
      duration        = "P4M"
      data_store_type = "VaultStore"
    }
  }
}

# expect from a plan alone: restore_untested
# allow: restore_untested (the database team restores the orders into a server of its own every month)
resource "azurerm_data_protection_backup_instance_postgresql_flexible_server" "orders" {
  provider         = azurerm.copies
  name             = "orders"
  location         = "westeurope"
  vault_id         = azurerm_data_protection_backup_vault.copies.id
  server_id        = azurerm_postgresql_flexible_server.orders.id
  backup_policy_id = azurerm_data_protection_backup_policy_postgresql_flexible_server.weekly.id
}
