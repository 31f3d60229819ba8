# An update, says the plan. It deletes every automated backup that exists.
# expect: store_weakened_in_place
resource "aws_db_instance" "orders" {
  identifier                  = "orders"
  engine                      = "postgres"
  instance_class              = "db.t4g.medium"
  allocated_storage           = 100
  username                    = "app"
  manage_master_user_password = true
  deletion_protection         = true
  skip_final_snapshot         = false
  final_snapshot_identifier   = "orders-final"
  delete_automated_backups    = false
  backup_retention_period     = 0

  lifecycle {
    prevent_destroy = true
  }
}

# Fewer days, and the days beyond them go.
# expect: store_weakened_in_place
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
  backup_retention_period     = 7

  lifecycle {
    prevent_destroy = true
  }
}

# More days.
resource "aws_db_instance" "catalogue" {
  identifier                  = "catalogue"
  engine                      = "postgres"
  instance_class              = "db.t4g.medium"
  allocated_storage           = 100
  username                    = "app"
  manage_master_user_password = true
  deletion_protection         = true
  skip_final_snapshot         = false
  final_snapshot_identifier   = "catalogue-final"
  delete_automated_backups    = false
  backup_retention_period     = 21

  lifecycle {
    prevent_destroy = true
  }
}
