# The tables of a managed server are not in Terraform, its roles are.
# expect: agent_owns_database_objects
resource "postgresql_role" "cursor" {
  name  = "cursor"
  login = true
}

resource "postgresql_grant" "cursor" {
  role        = postgresql_role.cursor.name
  database    = "orders"
  schema      = "public"
  object_type = "table"
  privileges  = ["ALL"]
}

# A member of the administrator that the managed server makes.
# expect: agent_owns_database_objects, agent_holds_admin
resource "postgresql_role" "claude" {
  name  = "claude"
  login = true
}

resource "postgresql_grant_role" "claude" {
  role       = postgresql_role.claude.name
  grant_role = "rds_superuser"
}

# Destroying the schema drops every table in it.
# expect: container_unprotected
resource "postgresql_schema" "billing" {
  name         = "billing"
  database     = "orders"
  owner        = "migrations"
  drop_cascade = true
}
