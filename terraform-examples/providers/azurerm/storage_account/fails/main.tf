terraform {
  backend "azurerm" {
    storage_account_name = "shoptfstate"
    container_name       = "tfstate"
    key                  = "files.tfstate"
  }
}

provider "azurerm" {
  subscription_id = "11111111-1111-1111-1111-111111111111"
  features {}
}

# A lock keeps the account and not the blobs: whoever holds its keys deletes and overwrites them, and nothing keeps what was there.
# The copies that a restore would use lie in the account itself.
# expect: backup_dies_with_store, backup_in_same_domain, overwritable_bucket, recovery_window_too_short, retention_too_short
resource "azurerm_storage_account" "files" {
  name                     = "shopfilesprod"
  resource_group_name      = "rg-shop-prod"
  location                 = "westeurope"
  account_tier             = "Standard"
  account_replication_type = "GRS"

  blob_properties {
    change_feed_enabled = true

    delete_retention_policy {
      days = 7
    }

    restore_policy {
      days = 6
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "azurerm_management_lock" "files" {
  name       = "keep"
  scope      = azurerm_storage_account.files.id
  lock_level = "CanNotDelete"
}

resource "azurerm_storage_container" "uploads" {
  name               = "uploads"
  storage_account_id = azurerm_storage_account.files.id
}
