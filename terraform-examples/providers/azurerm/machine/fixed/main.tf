terraform {
  backend "azurerm" {
    storage_account_name = "shoptfstate"
    container_name       = "tfstate"
    key                  = "machine.tfstate"
  }
}

provider "azurerm" {
  subscription_id = "11111111-1111-1111-1111-111111111111"

  features {
    recovery_service {
      vm_backup_stop_protection_and_retain_data_on_destroy = true
      purge_protected_items_from_vault_on_destroy          = false
    }

    virtual_machine {
      delete_os_disk_on_deletion            = false
      detach_implicit_data_disk_on_deletion = true
    }
  }
}

# The copies: another subscription, that nobody of the first administers.
provider "azurerm" {
  alias           = "copies"
  subscription_id = "22222222-2222-2222-2222-222222222222"
  features {}
}

resource "azurerm_resource_group" "erp" {
  name     = "rg-erp-prod"
  location = "westeurope"
}

resource "azurerm_management_lock" "erp" {
  name       = "keep"
  scope      = azurerm_resource_group.erp.id
  lock_level = "CanNotDelete"
}

resource "azurerm_linux_virtual_machine" "erp" {
  name                  = "vm-erp-prod"
  resource_group_name   = azurerm_resource_group.erp.name
  location              = azurerm_resource_group.erp.location
  size                  = "Standard_D4s_v5"
  admin_username        = "erp"
  network_interface_ids = ["/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-erp-prod/providers/Microsoft.Network/networkInterfaces/erp"]

  os_disk {
    caching              = "ReadWrite"
    storage_account_type = "Premium_LRS"
  }
}

resource "azurerm_managed_disk" "erp" {
  name                 = "disk-erp-prod"
  resource_group_name  = azurerm_resource_group.erp.name
  location             = azurerm_resource_group.erp.location
  storage_account_type = "Premium_LRS"
  create_option        = "Empty"
  disk_size_gb         = 512

  lifecycle {
    prevent_destroy = true
  }
}

resource "azurerm_virtual_machine_data_disk_attachment" "erp" {
  managed_disk_id    = azurerm_managed_disk.erp.id
  virtual_machine_id = azurerm_linux_virtual_machine.erp.id
  lun                = 0
  caching            = "ReadOnly"
}

# Locked: nobody switches it off any more.
resource "azurerm_recovery_services_vault" "erp" {
  name                = "rsv-erp-prod"
  resource_group_name = azurerm_resource_group.erp.name
  location            = azurerm_resource_group.erp.location
  sku                 = "Standard"
  immutability        = "Locked"
}

resource "azurerm_backup_policy_vm" "daily" {
  name                = "daily"
  resource_group_name = azurerm_resource_group.erp.name
  recovery_vault_name = azurerm_recovery_services_vault.erp.name

  backup {
    frequency = "Daily"
    time      = "23:00"
  }

  retention_daily {
    count = 30
  }
}

# expect from a plan alone: restore_untested
# allow: restore_untested (the operations team restores a machine into an empty group every quarter)
resource "azurerm_backup_protected_vm" "erp" {
  resource_group_name = azurerm_resource_group.erp.name
  recovery_vault_name = azurerm_recovery_services_vault.erp.name
  source_vm_id        = azurerm_linux_virtual_machine.erp.id
  backup_policy_id    = azurerm_backup_policy_vm.daily.id
}

# A disk may be backed up into a vault of another subscription.
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

resource "azurerm_data_protection_backup_policy_disk" "copies" {
  provider                        = azurerm.copies
  name                            = "disks"
  vault_id                        = azurerm_data_protection_backup_vault.copies.id
  backup_repeating_time_intervals = ["R/2026-01-01T02:00:00+00:00/P1D"]
  default_retention_duration      = "P30D"
}

resource "azurerm_data_protection_backup_instance_disk" "erp" {
  provider                     = azurerm.copies
  name                         = "erp"
  location                     = "westeurope"
  vault_id                     = azurerm_data_protection_backup_vault.copies.id
  disk_id                      = azurerm_managed_disk.erp.id
  snapshot_resource_group_name = "rg-copies-prod"
  snapshot_subscription_id     = "22222222-2222-2222-2222-222222222222"
  backup_policy_id             = azurerm_data_protection_backup_policy_disk.copies.id
}
