resource "mysql_database" "shop" {
  name = "shop"
}

# No database is named, so it is every database; ALL has DROP.
# expect: agent_owns_database_objects, agent_holds_admin
resource "mysql_grant" "cursor" {
  user       = "cursor"
  host       = "10.0.0.1"
  privileges = ["ALL"]
}

# A role that deletes is given to an account that only reads.
# expect: agent_owns_database_objects
resource "mysql_user" "claude" {
  user = "claude"
  host = "%"
}

resource "mysql_role" "cleaner" {
  name = "cleaner"
}

resource "mysql_grant" "cleaner" {
  role       = mysql_role.cleaner.name
  database   = mysql_database.shop.name
  table      = "baskets"
  privileges = ["SELECT", "DELETE"]
}

resource "mysql_grant" "claude" {
  user  = mysql_user.claude.user
  host  = mysql_user.claude.host
  roles = [mysql_role.cleaner.name]
}
