# A compliance lock with a grace time of a hundred years binds nobody.

# expect: lock_not_yet_binding
resource "aws_backup_vault" "paper" {
  name = "paper"
}

resource "aws_backup_vault_lock_configuration" "paper" {
  backup_vault_name   = aws_backup_vault.paper.name
  changeable_for_days = 36500
  min_retention_days  = 30
}

resource "aws_backup_vault" "iron" {
  name = "iron"
}

resource "aws_backup_vault_lock_configuration" "iron" {
  backup_vault_name   = aws_backup_vault.iron.name
  changeable_for_days = 3
  min_retention_days  = 30
}
