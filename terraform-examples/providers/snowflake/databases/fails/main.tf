# Nothing of it can be had back once it is dropped.
# expect: recovery_window_too_short
resource "snowflake_database" "orders" {
  name                        = "ORDERS"
  is_transient                = true
  data_retention_time_in_days = 0
}

# expect: agent_owns_database_objects
resource "snowflake_grant_ownership" "agent" {
  account_role_name = "AGENT"
  on {
    object_type = "DATABASE"
    object_name = snowflake_database.orders.name
  }
}

# A user that may use the role of those who may do everything.
# expect: agent_owns_database_objects, agent_holds_admin
resource "snowflake_service_user" "cursor" {
  name = "CURSOR"
}

resource "snowflake_grant_account_role" "cursor" {
  role_name = "ACCOUNTADMIN"
  user_name = snowflake_service_user.cursor.name
}

# It sets the retention to nothing, and whoever drops the database next ends it.
# expect: agent_can_weaken_guards
resource "snowflake_account_role" "copilot" {
  name = "COPILOT"
}

resource "snowflake_grant_privileges_to_account_role" "copilot" {
  account_role_name = snowflake_account_role.copilot.name
  privileges        = ["USAGE", "MODIFY"]
  on_account_object {
    object_type = "DATABASE"
    object_name = snowflake_database.orders.name
  }
}

# expect: token_without_scopes
resource "snowflake_user_programmatic_access_token" "cursor" {
  user = snowflake_service_user.cursor.name
  name = "CLI"
}
