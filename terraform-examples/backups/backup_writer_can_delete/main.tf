# It makes the copies, and it may delete what it made.
# expect: backup_writer_can_delete
resource "aws_iam_role" "invoices_writer" {
  name = "invoices-writer"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "s3.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "invoices_writer" {
  name = "invoices-writer"
  role = aws_iam_role.invoices_writer.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["s3:GetReplicationConfiguration", "s3:ListBucket", "s3:GetObjectVersionForReplication"]
        Resource = ["arn:aws:s3:::acme-invoices", "arn:aws:s3:::acme-invoices/*"]
      },
      {
        Effect   = "Allow"
        Action   = ["s3:ReplicateObject", "s3:ReplicateTags", "s3:DeleteObjectVersion"]
        Resource = "arn:aws:s3:::acme-invoices-copy/*"
      }
    ]
  })
}

resource "aws_s3_bucket_policy" "invoices_copy" {
  provider = aws.backup
  bucket   = aws_s3_bucket.invoices_copy.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = ["s3:ReplicateObject", "s3:ReplicateTags", "s3:DeleteObjectVersion"]
      Resource  = "arn:aws:s3:::acme-invoices-copy/*"
      Principal = { AWS = "arn:aws:iam::111111111111:role/invoices-writer" }
    }]
  })
}

# expect: store_unprotectable, backup_in_same_state
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
  role       = aws_iam_role.invoices_writer.arn
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

# expect: vault_unlocked, store_unprotectable
resource "aws_s3_bucket" "invoices_copy" {
  provider = aws.backup
  bucket   = "acme-invoices-copy"

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

# It adds copies.
resource "aws_iam_role" "contracts_writer" {
  name = "contracts-writer"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "s3.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "contracts_writer" {
  name = "contracts-writer"
  role = aws_iam_role.contracts_writer.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["s3:GetReplicationConfiguration", "s3:ListBucket", "s3:GetObjectVersionForReplication"]
        Resource = ["arn:aws:s3:::acme-contracts", "arn:aws:s3:::acme-contracts/*"]
      },
      {
        Effect   = "Allow"
        Action   = ["s3:ReplicateObject", "s3:ReplicateTags"]
        Resource = "arn:aws:s3:::acme-contracts-copy/*"
      }
    ]
  })
}

resource "aws_s3_bucket_policy" "contracts_copy" {
  provider = aws.backup
  bucket   = aws_s3_bucket.contracts_copy.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = ["s3:ReplicateObject", "s3:ReplicateTags"]
      Resource  = "arn:aws:s3:::acme-contracts-copy/*"
      Principal = { AWS = "arn:aws:iam::111111111111:role/contracts-writer" }
    }]
  })
}

# expect: store_unprotectable, backup_in_same_state, backup_on_one_provider
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
  role       = aws_iam_role.contracts_writer.arn
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

# expect: vault_unlocked, store_unprotectable
resource "aws_s3_bucket" "contracts_copy" {
  provider = aws.backup
  bucket   = "acme-contracts-copy"

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
