# expect: automated_backups_deleted
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

# It makes none, so it can lose none; the backup plan has it.
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
  backup_retention_period     = 0

  lifecycle {
    prevent_destroy = true
  }
}
