# The snapshots are deleted with the cluster, and a key that never ends is the project's owner.
# expect: automated_backups_deleted, backup_dies_with_store, backup_in_same_domain, deletion_protection_off, prevent_destroy_missing
resource "mongodbatlas_advanced_cluster" "prod" {
  project_id     = var.project_id
  name           = "prod"
  cluster_type   = "REPLICASET"
  backup_enabled = true # retain_backups_enabled is not written: they go with it
  replication_specs = [{
    region_configs = [{
      provider_name   = "AWS"
      region_name     = "EU_CENTRAL_1"
      priority        = 7
      electable_specs = { instance_size = "M30", node_count = 3 }
    }]
  }]
}

# expect: agent_can_destroy_data, agent_holds_admin, credential_never_expires
resource "mongodbatlas_project_api_key" "agent" {
  description = "cursor"
  project_assignment {
    project_id = var.project_id
    role_names = ["GROUP_OWNER"]
  }
}

# It cannot delete the cluster. It takes the protection and the backups off, for whoever deletes it next.
# expect: agent_can_weaken_guards, agent_can_destroy_copies
resource "mongodbatlas_project_service_account" "copilot" {
  project_id                 = var.project_id
  name                       = "copilot"
  description                = "scales clusters"
  roles                      = ["GROUP_CLUSTER_MANAGER", "GROUP_BACKUP_MANAGER"]
  secret_expires_after_hours = 8
}

variable "project_id" {
  type = string
}
