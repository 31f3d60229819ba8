# Two accounts, and one person who is at home in both: she deletes the database here, becomes the operator of the other account,
# and empties the vault there.
# expect: one_identity_destroys_all
resource "aws_iam_role" "platform" {
  name = "platform"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithSAML"
      Principal = { Federated = "arn:aws:iam::111111111111:saml-provider/directory" }
      Condition = { StringEquals = { "SAML:aud" = "https://signin.aws.amazon.com/saml" } }
    }]
  })
}

resource "aws_iam_role_policy" "platform" {
  name = "platform"
  role = aws_iam_role.platform.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["rds:*", "backup:*", "sts:AssumeRole"]
      Resource = ["*"]
    }]
  })
}

# expect: backup_domain_administrable
resource "aws_iam_role" "backup_operator" {
  provider = aws.backup
  name     = "backup-operator"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = "arn:aws:iam::111111111111:root" }
    }]
  })
}

resource "aws_iam_role_policy" "backup_operator" {
  provider = aws.backup
  name     = "backup-operator"
  role     = aws_iam_role.backup_operator.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["backup:*"]
      Resource = ["*"]
    }]
  })
}

# Deletes databases, and nothing that they would be restored from.
resource "aws_iam_role" "database_operator" {
  name = "database-operator"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithSAML"
      Principal = { Federated = "arn:aws:iam::111111111111:saml-provider/directory" }
      Condition = { StringEquals = { "SAML:aud" = "https://signin.aws.amazon.com/saml" } }
    }]
  })
}

resource "aws_iam_role_policy" "database_operator" {
  name = "database-operator"
  role = aws_iam_role.database_operator.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["rds:DeleteDBInstance", "rds:ModifyDBInstance"]
      Resource = ["*"]
    }]
  })
}

# expect: vault_unlocked
resource "aws_backup_vault" "offsite" {
  provider = aws.backup
  name     = "offsite"
}

# expect: vault_unlocked
# expect: backup_on_one_provider at aws_db_instance.orders
resource "aws_backup_vault" "daily" {
  name = "daily"
}
