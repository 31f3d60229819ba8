resource "mongodb_db_user" "cursor" {
  auth_database = "admin"
  name          = "cursor"
  password      = var.password
  role {
    role = "read"
    db   = "orders"
  }
}

resource "mongodb_db_role" "adder" {
  name     = "adder"
  database = "admin"
  privilege {
    db         = "orders"
    collection = ""
    actions    = ["find", "insert"]
  }
}

resource "mongodb_db_user" "claude" {
  auth_database = "admin"
  name          = "claude"
  password      = var.password
  role {
    role = mongodb_db_role.adder.name
    db   = "admin"
  }
}

variable "password" {
  type      = string
  sensitive = true
}
