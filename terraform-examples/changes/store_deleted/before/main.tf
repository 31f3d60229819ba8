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

resource "aws_secretsmanager_secret" "api" {
  for_each = toset(["mail", "payments"])
  name     = each.key
}

# Goes too, and nobody is asked: not production, and no data.
resource "aws_db_instance" "orders_staging" {
  identifier                  = "orders-staging"
  engine                      = "postgres"
  instance_class              = "db.t4g.medium"
  allocated_storage           = 100
  username                    = "app"
  manage_master_user_password = true
  deletion_protection         = true
  skip_final_snapshot         = false
  final_snapshot_identifier   = "orders-staging-final"
  delete_automated_backups    = false
  backup_retention_period     = 14
}

resource "aws_sqs_queue" "trial" {
  name = "trial-staging"
}
