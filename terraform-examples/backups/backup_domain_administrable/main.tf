# The account of the copies has a role for emergencies, and the account of the originals opens it.
# expect: backup_domain_administrable
resource "aws_iam_role" "emergency" {
  provider = aws.backup
  name     = "emergency"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = "arn:aws:iam::111111111111:root" }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "emergency" {
  provider   = aws.backup
  role       = aws_iam_role.emergency.name
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}

# Whoever comes from there may add copies, and nothing else.
resource "aws_iam_role" "writer" {
  provider = aws.backup
  name     = "writer"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = "arn:aws:iam::111111111111:root" }
    }]
  })
}

resource "aws_iam_role_policy" "writer" {
  provider = aws.backup
  name     = "writer"
  role     = aws_iam_role.writer.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["backup:CopyIntoBackupVault"]
      Resource = ["*"]
    }]
  })
}

# The administrators of the account of the copies are its own people.
resource "aws_iam_role" "keeper" {
  provider = aws.backup
  name     = "keeper"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithSAML"
      Principal = { Federated = "arn:aws:iam::222222222222:saml-provider/directory" }
      Condition = { StringEquals = { "SAML:aud" = "https://signin.aws.amazon.com/saml" } }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "keeper" {
  provider   = aws.backup
  role       = aws_iam_role.keeper.name
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}

resource "aws_backup_vault" "offsite" {
  provider = aws.backup
  name     = "offsite"
}

resource "aws_backup_vault_lock_configuration" "offsite" {
  provider            = aws.backup
  backup_vault_name   = aws_backup_vault.offsite.name
  changeable_for_days = 3
  min_retention_days  = 30
}
