# readWrite drops collections, and removes documents.
# expect: agent_owns_database_objects
resource "mongodb_db_user" "cursor" {
  auth_database = "admin"
  name          = "cursor"
  password      = var.password
  role {
    role = "readWrite"
    db   = "orders"
  }
}

resource "mongodb_db_role" "cleaner" {
  name     = "cleaner"
  database = "admin"
  privilege {
    db         = "orders"
    collection = ""
    actions    = ["find", "remove"]
  }
}

# expect: agent_owns_database_objects
resource "mongodb_db_user" "claude" {
  auth_database = "admin"
  name          = "claude"
  password      = var.password
  role {
    role = mongodb_db_role.cleaner.name
    db   = "admin"
  }
}

variable "password" {
  type      = string
  sensitive = true
}
