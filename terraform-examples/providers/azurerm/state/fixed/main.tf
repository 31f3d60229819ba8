terraform {
  backend "azurerm" {
    storage_account_name = "platformtfstate"
    container_name       = "tfstate"
    key                  = "states.tfstate"
  }
}

provider "azurerm" {
  subscription_id = "11111111-1111-1111-1111-111111111111"
  features {}
}

# The accounts of states are a root module of their own, whose state lies elsewhere.
# expect from a plan alone: backup_missing
# allow: backup_missing (old versions are enough for a state, and a locked retention would stop Terraform from writing it)
resource "azurerm_storage_account" "state" {
  name                     = "shoptfstate"
  resource_group_name      = "rg-state-prod"
  location                 = "westeurope"
  account_tier             = "Standard"
  account_replication_type = "ZRS"

  blob_properties {
    versioning_enabled = true

    delete_retention_policy {
      days = 30
    }

    container_delete_retention_policy {
      days = 30
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "azurerm_management_lock" "state" {
  name       = "keep"
  scope      = azurerm_storage_account.state.id
  lock_level = "CanNotDelete"
}
