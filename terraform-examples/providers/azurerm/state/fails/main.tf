terraform {
  backend "azurerm" {
    storage_account_name = "shoptfstate"
    container_name       = "tfstate"
    key                  = "platform.tfstate"
  }
}

provider "azurerm" {
  subscription_id = "11111111-1111-1111-1111-111111111111"
  features {}
}

# The state lies in this account, which keeps no old versions and no deleted blobs, and which the state itself manages.
# expect from a plan alone: overwritable_bucket
# expect: backup_missing, recovery_window_too_short, state_holds_itself, state_unprotected, store_unprotectable
resource "azurerm_storage_account" "state" {
  name                     = "shoptfstate"
  resource_group_name      = "rg-state-prod"
  location                 = "westeurope"
  account_tier             = "Standard"
  account_replication_type = "ZRS"

  lifecycle {
    prevent_destroy = true
  }
}
