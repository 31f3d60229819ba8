# What is dropped can be had back for a month, and another account has a replica.
resource "snowflake_database" "orders" {
  name                        = "ORDERS"
  data_retention_time_in_days = 30
  replication {
    enable_to_account {
      account_identifier = "\"ACME\".\"RECOVERY\""
      with_failover      = true
    }
  }
  lifecycle {
    prevent_destroy = true
  }
}

resource "snowflake_account_role" "reader" {
  name = "AGENT_READER"
}

resource "snowflake_service_user" "cursor" {
  name = "CURSOR"
}

resource "snowflake_grant_account_role" "cursor" {
  role_name = snowflake_account_role.reader.name
  user_name = snowflake_service_user.cursor.name
}

resource "snowflake_grant_privileges_to_account_role" "reader" {
  account_role_name = snowflake_account_role.reader.name
  privileges        = ["SELECT", "INSERT"]
  on_schema_object {
    all {
      object_type_plural = "TABLES"
      in_database        = snowflake_database.orders.name
    }
  }
}

resource "snowflake_user_programmatic_access_token" "cursor" {
  user             = snowflake_service_user.cursor.name
  name             = "CLI"
  role_restriction = snowflake_account_role.reader.name
  days_to_expiry   = 7
}
