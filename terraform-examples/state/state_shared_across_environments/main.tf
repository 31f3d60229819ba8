# expect: state_shared_across_environments
terraform {
  backend "s3" {
    bucket       = "acme-terraform-state"
    key          = "everything.tfstate"
    region       = "eu-central-1"
    use_lockfile = true
  }
}

resource "aws_kms_key" "orders" {
  description = "orders"
  tags = {
    Environment = "production"
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_key" "trial" {
  description = "trial"
  tags = {
    Environment = "staging"
  }
}
