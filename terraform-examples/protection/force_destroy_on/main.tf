# expect: force_destroy_on
resource "aws_ecr_repository" "shop" {
  name         = "shop"
  force_delete = true
}

resource "aws_ecr_repository" "billing" {
  name = "billing"
}

# Its objects are locked and versioned; the destroy would still try to delete them all.
# expect: force_destroy_on
resource "aws_s3_bucket" "receipts" {
  bucket              = "acme-receipts"
  object_lock_enabled = true
  force_destroy       = true

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_versioning" "receipts" {
  bucket = aws_s3_bucket.receipts.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_object_lock_configuration" "receipts" {
  bucket = aws_s3_bucket.receipts.id
  rule {
    default_retention {
      mode = "COMPLIANCE"
      days = 30
    }
  }
}
