# Versioned and locked, and still: a destroy of this root module deletes the record of what it destroys.
# expect: state_holds_itself
resource "aws_s3_bucket" "state" {
  bucket              = "acme-terraform-state"
  object_lock_enabled = true

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_versioning" "state" {
  bucket = aws_s3_bucket.state.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_object_lock_configuration" "state" {
  bucket = aws_s3_bucket.state.id
  rule {
    default_retention {
      mode = "COMPLIANCE"
      days = 30
    }
  }
}

# The state of another root module may lie beside it.
resource "aws_kms_key" "state" {
  description = "state"

  lifecycle {
    prevent_destroy = true
  }
}
