# The bucket that this root module keeps its own state in: an overwritten state is lost.
# expect: state_unprotected, state_holds_itself, store_unprotectable (uncertain)
# expect from a plan alone: overwritable_bucket
resource "aws_s3_bucket" "state" {
  bucket = "acme-terraform-state"

  lifecycle {
    prevent_destroy = true
  }
}

# A bucket that keeps its versions and refuses to lose them.
resource "aws_s3_bucket" "receipts" {
  bucket              = "acme-receipts"
  object_lock_enabled = true

  lifecycle {
    prevent_destroy = true
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
