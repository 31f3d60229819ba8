# Two vaults with a lock in governance mode and a policy of their own. One policy forgets that it can be replaced itself.

# expect: vault_unlocked
resource "aws_backup_vault" "forgetful" {
  name = "forgetful"
}

resource "aws_backup_vault_lock_configuration" "forgetful" {
  backup_vault_name  = aws_backup_vault.forgetful.name
  min_retention_days = 30
}

data "aws_iam_policy_document" "forgetful" {
  statement {
    effect = "Deny"
    actions = [
      "backup:DeleteRecoveryPoint",
    ]
    resources = ["*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
}

# expect: vault_policy_open
resource "aws_backup_vault_policy" "forgetful" {
  backup_vault_name = aws_backup_vault.forgetful.name
  policy            = data.aws_iam_policy_document.forgetful.json
}

# expect: vault_unlocked
resource "aws_backup_vault" "exempting" {
  name = "exempting"
}

resource "aws_backup_vault_lock_configuration" "exempting" {
  backup_vault_name  = aws_backup_vault.exempting.name
  min_retention_days = 30
}

data "aws_iam_policy_document" "exempting" {
  statement {
    effect = "Deny"
    actions = [
      "backup:DeleteRecoveryPoint",
      "backup:UpdateRecoveryPointLifecycle",
      "backup:PutBackupVaultAccessPolicy",
      "backup:DeleteBackupVaultAccessPolicy",
    ]
    resources = ["*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "ArnNotLike"
      variable = "aws:PrincipalArn"
      values   = ["arn:aws:iam::*:role/BackupRole"]
    }
  }
}

# expect: vault_policy_open
resource "aws_backup_vault_policy" "exempting" {
  backup_vault_name = aws_backup_vault.exempting.name
  policy            = data.aws_iam_policy_document.exempting.json
}

# expect: vault_unlocked
resource "aws_backup_vault" "complete" {
  name = "complete"
}

resource "aws_backup_vault_lock_configuration" "complete" {
  backup_vault_name  = aws_backup_vault.complete.name
  min_retention_days = 30
}

data "aws_iam_policy_document" "complete" {
  statement {
    effect = "Deny"
    actions = [
      "backup:DeleteRecoveryPoint",
      "backup:UpdateRecoveryPointLifecycle",
      "backup:PutBackupVaultAccessPolicy",
      "backup:DeleteBackupVaultAccessPolicy",
    ]
    resources = ["*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
}

resource "aws_backup_vault_policy" "complete" {
  backup_vault_name = aws_backup_vault.complete.name
  policy            = data.aws_iam_policy_document.complete.json
}

resource "aws_backup_vault" "locked" {
  name = "locked"
}

resource "aws_backup_vault_lock_configuration" "locked" {
  backup_vault_name   = aws_backup_vault.locked.name
  changeable_for_days = 3
  min_retention_days  = 30
}

data "aws_iam_policy_document" "locked" {
  statement {
    effect = "Deny"
    actions = [
      "backup:DeleteRecoveryPoint",
    ]
    resources = ["*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
}

resource "aws_backup_vault_policy" "locked" {
  backup_vault_name = aws_backup_vault.locked.name
  policy            = data.aws_iam_policy_document.locked.json
}
