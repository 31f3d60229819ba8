terraform {
  backend "azurerm" {
    storage_account_name = "shoptfstate"
    container_name       = "tfstate"
    key                  = "machine.tfstate"
  }
}

# A destroyed backup configuration takes its recovery points with it: the provider's default.
# expect: provider_destroys_more
provider "azurerm" {
  subscription_id = "11111111-1111-1111-1111-111111111111"
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

# What backs the machine up backs up the disk in it: into a vault of its own subscription, in its own state, that its own
# administrators can empty.
# expect: backup_in_same_domain, backup_in_same_state, retention_too_short
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

# Unlocked is not locked: whoever switched it on switches it off.
# expect: vault_unlocked
resource "azurerm_recovery_services_vault" "erp" {
  name                = "rsv-erp-prod"
  resource_group_name = azurerm_resource_group.erp.name
  location            = azurerm_resource_group.erp.location
  sku                 = "Standard"
  immutability        = "Unlocked"
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
    count = 7
  }
}

# expect: restore_untested
resource "azurerm_backup_protected_vm" "erp" {
  resource_group_name = azurerm_resource_group.erp.name
  recovery_vault_name = azurerm_recovery_services_vault.erp.name
  source_vm_id        = azurerm_linux_virtual_machine.erp.id
  backup_policy_id    = azurerm_backup_policy_vm.daily.id
}
