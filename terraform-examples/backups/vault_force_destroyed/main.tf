# A vault that still holds recovery points cannot be deleted, unless Terraform empties it first.

# expect: vault_force_destroyed
resource "aws_backup_vault" "hollow" {
  name          = "hollow"
  force_destroy = true
}

resource "aws_backup_vault_lock_configuration" "hollow" {
  backup_vault_name   = aws_backup_vault.hollow.name
  changeable_for_days = 3
  min_retention_days  = 30
}

resource "aws_backup_vault" "solid" {
  name = "solid"
}

resource "aws_backup_vault_lock_configuration" "solid" {
  backup_vault_name   = aws_backup_vault.solid.name
  changeable_for_days = 3
  min_retention_days  = 30
}
