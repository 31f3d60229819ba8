# expect: final_snapshot_skipped
resource "aws_db_instance" "orders" {
  identifier                  = "orders"
  engine                      = "postgres"
  instance_class              = "db.t4g.medium"
  allocated_storage           = 100
  username                    = "app"
  manage_master_user_password = true
  deletion_protection         = true
  skip_final_snapshot         = true
  delete_automated_backups    = false
  backup_retention_period     = 14

  lifecycle {
    prevent_destroy = true
  }
}

# A snapshot without a name: the destroy fails, and the usual answer is to skip it.
# expect: final_snapshot_skipped
resource "aws_db_instance" "carts" {
  identifier                  = "carts"
  engine                      = "postgres"
  instance_class              = "db.t4g.medium"
  allocated_storage           = 100
  username                    = "app"
  manage_master_user_password = true
  deletion_protection         = true
  skip_final_snapshot         = false
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

# ElastiCache takes no final snapshot unless it has a name for it.
# expect: final_snapshot_skipped
resource "aws_elasticache_cluster" "sessions" {
  cluster_id               = "sessions"
  engine                   = "redis"
  node_type                = "cache.t4g.small"
  num_cache_nodes          = 1
  snapshot_retention_limit = 14
}

resource "aws_elasticache_cluster" "ranking" {
  cluster_id                = "ranking"
  engine                    = "redis"
  node_type                 = "cache.t4g.small"
  num_cache_nodes           = 1
  snapshot_retention_limit  = 14
  final_snapshot_identifier = "ranking-final"
}
