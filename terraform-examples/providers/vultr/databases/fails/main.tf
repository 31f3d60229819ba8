# Nothing refuses to delete it, and its backups go with it.
# expect: backup_dies_with_store, backup_in_same_domain, store_unprotectable, prevent_destroy_missing
resource "vultr_database" "shop" {
  label                   = "shop"
  database_engine         = "pg"
  database_engine_version = "16"
  region                  = "fra"
  plan                    = "vultr-dbaas-startup-cc-1-55-2"
}
