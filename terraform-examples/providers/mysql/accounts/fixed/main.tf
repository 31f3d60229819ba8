resource "mysql_database" "shop" {
  name = "shop"
}

resource "mysql_grant" "cursor" {
  user       = "cursor"
  host       = "10.0.0.1"
  database   = mysql_database.shop.name
  privileges = ["SELECT", "INSERT"]
}

resource "mysql_user" "claude" {
  user = "claude"
  host = "%"
}

resource "mysql_role" "reader" {
  name = "reader"
}

resource "mysql_grant" "reader" {
  role       = mysql_role.reader.name
  database   = mysql_database.shop.name
  privileges = ["SELECT", "SHOW VIEW"]
}

resource "mysql_grant" "claude" {
  user  = mysql_user.claude.user
  host  = mysql_user.claude.host
  roles = [mysql_role.reader.name]
}
