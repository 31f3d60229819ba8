# Objects are replicated into another account and locked there for a day. After three, a lifecycle rule deletes them.
terraform {
  backend "s3" {
    bucket = "acme-terraform-state"
    key    = "documents.tfstate"
    region = "eu-central-1"
  }
}

provider "aws" {
  region              = "eu-central-1"
  allowed_account_ids = ["111111111111"]
}

provider "aws" {
  alias               = "backup"
  region              = "eu-central-1"
  allowed_account_ids = ["222222222222"]

  assume_role {
    role_arn = "arn:aws:iam::222222222222:role/backup-apply"
  }
}

resource "aws_s3_bucket" "invoices" {
  bucket = "acme-invoices"

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_versioning" "invoices" {
  bucket = aws_s3_bucket.invoices.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_replication_configuration" "invoices" {
  bucket     = aws_s3_bucket.invoices.id
  role       = "arn:aws:iam::111111111111:role/replicate"
  depends_on = [aws_s3_bucket_versioning.invoices]

  rule {
    id     = "everything"
    status = "Enabled"

    filter {}

    delete_marker_replication {
      status = "Disabled"
    }

    destination {
      bucket  = aws_s3_bucket.invoices_copy.arn
      account = "222222222222"

      access_control_translation {
        owner = "Destination"
      }
    }
  }
}

# expect: lifecycle_expires_backups
resource "aws_s3_bucket" "invoices_copy" {
  provider            = aws.backup
  bucket              = "acme-invoices-copy"
  object_lock_enabled = true

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_versioning" "invoices_copy" {
  provider = aws.backup
  bucket   = aws_s3_bucket.invoices_copy.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_object_lock_configuration" "invoices_copy" {
  provider = aws.backup
  bucket   = aws_s3_bucket.invoices_copy.id

  rule {
    default_retention {
      mode = "COMPLIANCE"
      days = 1
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "invoices_copy" {
  provider = aws.backup
  bucket   = aws_s3_bucket.invoices_copy.id

  rule {
    id     = "old-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 3
    }
  }
}

resource "aws_s3_bucket" "contracts" {
  bucket = "acme-contracts"

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_versioning" "contracts" {
  bucket = aws_s3_bucket.contracts.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_replication_configuration" "contracts" {
  bucket     = aws_s3_bucket.contracts.id
  role       = "arn:aws:iam::111111111111:role/replicate"
  depends_on = [aws_s3_bucket_versioning.contracts]

  rule {
    id     = "everything"
    status = "Enabled"

    filter {}

    delete_marker_replication {
      status = "Disabled"
    }

    destination {
      bucket  = aws_s3_bucket.contracts_copy.arn
      account = "222222222222"

      access_control_translation {
        owner = "Destination"
      }
    }
  }
}

resource "aws_s3_bucket" "contracts_copy" {
  provider            = aws.backup
  bucket              = "acme-contracts-copy"
  object_lock_enabled = true

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_versioning" "contracts_copy" {
  provider = aws.backup
  bucket   = aws_s3_bucket.contracts_copy.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_object_lock_configuration" "contracts_copy" {
  provider = aws.backup
  bucket   = aws_s3_bucket.contracts_copy.id

  rule {
    default_retention {
      mode = "COMPLIANCE"
      days = 30
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "contracts_copy" {
  provider = aws.backup
  bucket   = aws_s3_bucket.contracts_copy.id

  rule {
    id     = "old-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 3
    }
  }
}
