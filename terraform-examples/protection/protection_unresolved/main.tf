resource "terraform_data" "cleanup" {
  input = false
}

# Whether a destroy empties it is decided by something that exists only after the apply.
# expect: protection_unresolved (uncertain)
resource "aws_ecr_repository" "shop" {
  name         = "shop"
  force_delete = terraform_data.cleanup.output
}

resource "aws_ecr_repository" "billing" {
  name         = "billing"
  force_delete = false
}
