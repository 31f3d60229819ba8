# No backend: the state is a file on whichever laptop ran Terraform last.
# expect: state_local at itself
# Two projects in one root module are one blast radius. Nothing in their names says that they should be two.
# misses: state_shared_across_environments at itself
provider "aws" {
  region = "eu-west-1"
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "a" {
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.0.1.0/24"
  availability_zone = "eu-west-1a"
}

resource "aws_subnet" "b" {
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.0.2.0/24"
  availability_zone = "eu-west-1b"
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}

resource "aws_security_group" "web" {
  name    = "web"
  vpc_id  = aws_vpc.main.id
  ingress = []
  egress  = []
}

# The course platform.
# expect: deletion_protection_off, final_snapshot_skipped, automated_backups_deleted
# expect: backup_missing, prevent_destroy_missing
resource "aws_db_instance" "courses" {
  identifier                  = "courses"
  engine                      = "postgres"
  instance_class              = "db.t4g.small"
  allocated_storage           = 50
  username                    = "courses"
  manage_master_user_password = true
  skip_final_snapshot         = true
}

resource "aws_ecs_cluster" "courses" {
  name = "courses"
}

resource "aws_lb" "courses" {
  name            = "courses"
  subnets         = [aws_subnet.a.id, aws_subnet.b.id]
  security_groups = [aws_security_group.web.id]
}

resource "aws_cloudwatch_log_group" "courses" {
  name = "courses"
}

# The second project, put here to save a few dollars a month.
resource "aws_ecs_cluster" "second" {
  name = "second"
}

resource "aws_lb" "second" {
  name            = "second"
  subnets         = [aws_subnet.a.id, aws_subnet.b.id]
  security_groups = [aws_security_group.web.id]
}

resource "aws_cloudwatch_log_group" "second" {
  name = "second"
}
