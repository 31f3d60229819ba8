# Off, because AWS leaves it off where nothing is written.
# expect: deletion_protection_off
resource "aws_db_instance" "orders" {
  identifier                  = "orders"
  engine                      = "postgres"
  instance_class              = "db.t4g.medium"
  allocated_storage           = 100
  username                    = "app"
  manage_master_user_password = true
  skip_final_snapshot         = false
  final_snapshot_identifier   = "orders-final"
  delete_automated_backups    = false
  backup_retention_period     = 14

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_db_instance" "invoices" {
  identifier                  = "invoices"
  engine                      = "postgres"
  instance_class              = "db.t4g.medium"
  allocated_storage           = 100
  username                    = "app"
  manage_master_user_password = true
  deletion_protection         = true
  skip_final_snapshot         = false
  final_snapshot_identifier   = "invoices-final"
  delete_automated_backups    = false
  backup_retention_period     = 14

  lifecycle {
    prevent_destroy = true
  }
}

# expect: deletion_protection_off
resource "aws_cognito_user_pool" "customers" {
  name                = "customers"
  deletion_protection = "INACTIVE"

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_cognito_user_pool" "staff" {
  name                = "staff"
  deletion_protection = "ACTIVE"

  lifecycle {
    prevent_destroy = true
  }
}

# Decided by something that exists only after the apply: nobody can say.
resource "terraform_data" "release" {
  input = "ACTIVE"
}

# expect: deletion_protection_off (uncertain)
resource "aws_cognito_user_pool" "partners" {
  name                = "partners"
  deletion_protection = terraform_data.release.output

  lifecycle {
    prevent_destroy = true
  }
}

# Not production: nobody is asked.
resource "aws_cognito_user_pool" "staging" {
  name = "customers-staging"
}
