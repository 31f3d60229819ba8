# Removing this block closes the account, and 90 days later nothing in it is left.
# expect: container_unprotected
resource "aws_organizations_account" "shop" {
  name              = "shop"
  email             = "shop@acme.example"
  close_on_deletion = true

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_organizations_account" "billing" {
  name  = "billing"
  email = "billing@acme.example"

  lifecycle {
    prevent_destroy = true
  }
}
