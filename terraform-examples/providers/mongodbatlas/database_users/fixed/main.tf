variable "project_id" {
  type = string
}

# It reads.
resource "mongodbatlas_database_user" "cursor" {
  project_id         = var.project_id
  username           = "cursor"
  auth_database_name = "admin"
  roles {
    role_name     = "read"
    database_name = "orders"
  }
}

resource "mongodbatlas_custom_db_role" "reader" {
  project_id = var.project_id
  role_name  = "reader"
  actions {
    action = "FIND"
    resources {
      database_name   = "orders"
      collection_name = ""
    }
  }
}

resource "mongodbatlas_database_user" "claude" {
  project_id         = var.project_id
  username           = "claude"
  auth_database_name = "admin"
  roles {
    role_name     = mongodbatlas_custom_db_role.reader.role_name
    database_name = "admin"
  }
}
