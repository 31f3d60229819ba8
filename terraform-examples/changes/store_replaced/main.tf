# Encrypting an existing database replaces it: the new one is empty.
# expect: store_replaced, prevent_destroy_missing
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
  backup_retention_period     = 14
  storage_encrypted           = true
}

# The order does not matter.
# expect: store_replaced, prevent_destroy_missing
resource "aws_cognito_user_pool" "customers" {
  name                = "customers"
  deletion_protection = "ACTIVE"
  username_attributes = ["email"]

  lifecycle {
    create_before_destroy = true
  }
}

# An update in place.
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
  backup_retention_period     = 21

  lifecycle {
    prevent_destroy = true
  }
}

# Replaced at every release, and holds nothing.
resource "aws_ecs_task_definition" "web" {
  family = "web"
  container_definitions = jsonencode([{
    name      = "web"
    image     = "web:2"
    memory    = 256
    essential = true
  }])
}
