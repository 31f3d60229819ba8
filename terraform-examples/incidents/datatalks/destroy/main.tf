# What `terraform destroy` would have said, had anyone read it. A destroy does not ask the configuration.
# plan with: -destroy
# expect: store_deleted at aws_db_instance.courses
# expect: store_deleted at aws_cloudwatch_log_group.courses
# expect: store_deleted at aws_cloudwatch_log_group.second
# expect: blast_radius_exceeded at itself
provider "aws" {
  region = "eu-west-1"
}
