# Agents read and add; what owns the objects is nobody's to sign in as.
resource "postgresql_role" "migrations" {
  name  = "migrations"
  login = false
}

resource "postgresql_role" "cursor" {
  name  = "cursor"
  login = true
}

resource "postgresql_grant" "cursor" {
  role        = postgresql_role.cursor.name
  database    = "orders"
  schema      = "public"
  object_type = "table"
  privileges  = ["SELECT", "INSERT"]
}

resource "postgresql_role" "claude" {
  name  = "claude"
  login = true
}

resource "postgresql_grant_role" "claude" {
  role       = postgresql_role.claude.name
  grant_role = "pg_read_all_data"
}

resource "postgresql_schema" "billing" {
  name     = "billing"
  database = "orders"
  owner    = postgresql_role.migrations.name
}
