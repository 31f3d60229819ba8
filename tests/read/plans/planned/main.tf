terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "5.100.0" }
  }
  backend "local" {}
}

variable "db_password" {
  type      = string
  sensitive = true
  default   = "planted-in-a-default"
}

provider "aws" {
  region                      = "us-east-1"
  access_key                  = "planted-access-key"
  secret_key                  = "planted-secret-key"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
  skip_region_validation      = true
}

resource "aws_s3_bucket" "data" {
  bucket = "acme-data"

  lifecycle {
    prevent_destroy = true
  }
}

# allow: vault_unlocked (restored nightly elsewhere)
resource "aws_backup_vault" "v" {
  name = "vault"
}

resource "aws_iam_policy" "cleaner" {
  name = "cleaner"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["s3:DeleteBucket"], Resource = [aws_s3_bucket.data.arn, "${aws_s3_bucket.data.arn}/*"] },
    ]
  })
}

module "store" {
  source   = "./mods/store"
  for_each = toset(["a.b", "c"])
  name     = each.key
  password = var.db_password
}
