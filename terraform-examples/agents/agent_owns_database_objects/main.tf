# Who owns a database drops it, and PostgreSQL grants DROP to nobody else. It owns it as a member of the owner, too.
resource "postgresql_database" "orders" {
  name  = "orders"
  owner = postgresql_role.migrations.name
}

resource "postgresql_role" "migrations" {
  name = "migrations"
}

# expect: agent_owns_database_objects
resource "postgresql_role" "cursor" {
  name    = "cursor"
  login   = true
  inherit = false
  roles   = [postgresql_role.migrations.name]
}

# expect: agent_owns_database_objects
resource "postgresql_role" "claude" {
  name  = "claude"
  login = true
}

resource "postgresql_grant" "claude" {
  role        = postgresql_role.claude.name
  database    = postgresql_database.orders.name
  schema      = "public"
  object_type = "table"
  privileges  = ["SELECT", "INSERT", "TRUNCATE"]
}

# What it does not have yet it gets on every table that is made from now on.
# expect: agent_owns_database_objects (uncertain)
resource "postgresql_role" "codex" {
  name  = "codex"
  login = true
}

resource "postgresql_default_privileges" "codex" {
  role        = postgresql_role.codex.name
  database    = postgresql_database.orders.name
  schema      = "public"
  owner       = postgresql_role.migrations.name
  object_type = "table"
  privileges  = ["SELECT", "DELETE"]
}

# Nobody here says what the role may do that it is a member of.
# expect: agent_owns_database_objects (uncertain)
resource "postgresql_role" "devin" {
  name  = "devin"
  login = true
  roles = ["reporting"]
}

# Reads everything, and adds to it.
resource "postgresql_role" "copilot" {
  name  = "copilot"
  login = true
  roles = ["pg_read_all_data"]
}

resource "postgresql_grant" "copilot" {
  role        = postgresql_role.copilot.name
  database    = postgresql_database.orders.name
  schema      = "public"
  object_type = "table"
  privileges  = ["SELECT", "INSERT"]
}

# What may be dropped here is nobody's loss.
resource "postgresql_database" "scratch" {
  name  = "orders_staging"
  owner = postgresql_role.gemini.name
}

resource "postgresql_role" "gemini" {
  name  = "gemini"
  login = true
}

# An account of MySQL, where DROP is a privilege.
resource "mysql_database" "shop" {
  name = "shop"
}

# expect: agent_owns_database_objects
resource "mysql_user" "windsurf" {
  user = "windsurf"
  host = "%"
}

resource "mysql_grant" "windsurf" {
  user       = mysql_user.windsurf.user
  host       = mysql_user.windsurf.host
  database   = mysql_database.shop.name
  privileges = ["SELECT", "DROP"]
}

resource "mysql_grant" "reader" {
  user       = "aider"
  host       = "10.0.0.1"
  database   = mysql_database.shop.name
  privileges = ["SELECT", "INSERT"]
}
