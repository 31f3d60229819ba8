variable "project_id" {
  type = string
}

# Nothing limits it to some of the clusters, and readWrite drops collections.
# expect: agent_owns_database_objects
resource "mongodbatlas_database_user" "cursor" {
  project_id         = var.project_id
  username           = "cursor"
  auth_database_name = "admin"
  roles {
    role_name     = "readWrite"
    database_name = "orders"
  }
}

resource "mongodbatlas_custom_db_role" "cleaner" {
  project_id = var.project_id
  role_name  = "cleaner"
  actions {
    action = "REMOVE"
    resources {
      database_name   = "orders"
      collection_name = ""
    }
  }
}

# expect: agent_owns_database_objects
resource "mongodbatlas_database_user" "claude" {
  project_id         = var.project_id
  username           = "claude"
  auth_database_name = "admin"
  roles {
    role_name     = mongodbatlas_custom_db_role.cleaner.role_name
    database_name = "admin"
  }
}
