# A coding agent that contributes to a whole subscription: the lock on the account stops it from deleting that, and the account's keys,
# which a contributor reads, open all that is in it.
terraform {
  backend "azurerm" {
    storage_account_name = "shoptfstate"
    container_name       = "tfstate"
    key                  = "identity-roles.tfstate"
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

resource "azurerm_storage_account" "files" {
  name                     = "shopfilesprod"
  resource_group_name      = "rg-shop-prod"
  location                 = "westeurope"
  account_tier             = "Standard"
  account_replication_type = "GRS"

  blob_properties {
    versioning_enabled  = true
    change_feed_enabled = true

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

resource "azurerm_management_lock" "files" {
  name       = "keep"
  scope      = azurerm_storage_account.files.id
  lock_level = "CanNotDelete"
}

# Locked: nobody shortens it or takes it off, and the account cannot be deleted while blobs are under it.
resource "azurerm_storage_account" "copies" {
  provider                 = azurerm.copies
  name                     = "shopcopiesprod"
  resource_group_name      = "rg-copies-prod"
  location                 = "northeurope"
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

  immutability_policy {
    state                         = "Locked"
    period_since_creation_in_days = 30
    allow_protected_append_writes = false
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "azurerm_storage_object_replication" "files" {
  source_storage_account_id      = azurerm_storage_account.files.id
  destination_storage_account_id = azurerm_storage_account.copies.id

  rules {
    source_container_name      = "uploads"
    destination_container_name = "uploads"
  }
}

# expect: agent_can_destroy_data, agent_can_weaken_guards, agent_holds_admin
resource "azurerm_user_assigned_identity" "agent" {
  name                = "coding-agent"
  resource_group_name = "rg-agents-prod"
  location            = "westeurope"
}

resource "azurerm_role_assignment" "agent" {
  scope                = "/subscriptions/11111111-1111-1111-1111-111111111111"
  role_definition_name = "Contributor"
  principal_id         = azurerm_user_assigned_identity.agent.principal_id
}
