# S05, Codefinger. A static key that may write objects and lifecycle rules, and no versions: nothing called Delete is needed.

terraform {
  backend "s3" {
    bucket       = "acme-terraform-state"
    key          = "shop.tfstate"
    region       = "eu-central-1"
    use_lockfile = true
  }
}

provider "aws" {
  region              = "eu-central-1"
  allowed_account_ids = ["111111111111"]
}

# expect: overwritable_bucket, backup_missing, store_unprotectable
resource "aws_s3_bucket" "backups" {
  bucket = "acme-backups"

  lifecycle {
    prevent_destroy = true
  }
}

# expect: agent_can_destroy_data, agent_can_weaken_guards, agent_without_boundary
resource "aws_iam_user" "uploader" {
  name = "uploader"
}

# expect: credential_never_expires
resource "aws_iam_access_key" "uploader" {
  user = aws_iam_user.uploader.name
}

resource "aws_iam_user_policy" "uploader" {
  name = "uploader"
  user = aws_iam_user.uploader.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = ["arn:aws:s3:::acme-backups/*"]
      },
      {
        Effect   = "Allow"
        Action   = ["s3:PutLifecycleConfiguration"]
        Resource = ["arn:aws:s3:::acme-backups"]
      }
    ]
  })
}
