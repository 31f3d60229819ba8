# The agent starts and stops machines, and nobody that it can be made of owns an application.
terraform {
  backend "azurerm" {
    storage_account_name = "shoptfstate"
    container_name       = "tfstate"
    key                  = "identity-escalation.tfstate"
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

resource "azurerm_user_assigned_identity" "release" {
  name                = "release"
  resource_group_name = "rg-release-prod"
  location            = "westeurope"
}

resource "azurerm_role_assignment" "release" {
  scope                = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-shop-prod"
  role_definition_name = "Owner"
  principal_id         = azurerm_user_assigned_identity.release.principal_id
}

resource "azurerm_linux_virtual_machine_scale_set" "runner" {
  name                = "runner"
  resource_group_name = "rg-release-prod"
  location            = "westeurope"
  sku                 = "Standard_D2s_v5"
  admin_username      = "runner"

  os_disk {
    caching              = "ReadWrite"
    storage_account_type = "Standard_LRS"
  }

  network_interface {
    name    = "runner"
    primary = true

    ip_configuration {
      name = "runner"
    }
  }

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.release.id]
  }
}

resource "azurerm_user_assigned_identity" "agent" {
  name                = "coding-agent"
  resource_group_name = "rg-agents-prod"
  location            = "westeurope"
}

resource "azurerm_role_definition" "operator" {
  name  = "starts machines"
  scope = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-release-prod"

  permissions {
    actions = [
      "Microsoft.Compute/virtualMachineScaleSets/read",
      "Microsoft.Compute/virtualMachineScaleSets/start/action",
      "Microsoft.Compute/virtualMachineScaleSets/restart/action",
    ]
  }
}

resource "azurerm_role_assignment" "agent" {
  scope              = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-release-prod"
  role_definition_id = azurerm_role_definition.operator.role_definition_resource_id
  principal_id       = azurerm_user_assigned_identity.agent.principal_id
}

resource "azuread_application" "bot" {
  display_name = "review-bot"
}

resource "azuread_service_principal" "bot" {
  client_id = azuread_application.bot.client_id
}

resource "azuread_application" "operations" {
  display_name = "operations"
}

resource "azuread_service_principal" "operations" {
  client_id = azuread_application.operations.client_id
}

resource "azurerm_role_assignment" "operations" {
  scope                = azurerm_storage_account.files.id
  role_definition_name = "Storage Blob Data Owner"
  principal_id         = azuread_service_principal.operations.object_id
}
