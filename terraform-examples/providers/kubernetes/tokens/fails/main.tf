terraform {
  required_providers {
    kubernetes = {
      source  = "hashicorp/kubernetes"
      version = "3.4.0"
    }
  }
  backend "gcs" {
    bucket = "shop-tfstate"
    prefix = "tokens"
  }
}

provider "kubernetes" {
  config_context = "shop-prod"
}

# The pair's role: everything in the core, and no binding of these files says who has it.
# expect: agent_can_destroy_data, agent_can_escalate, agent_can_read_credentials, agent_can_weaken_guards, agent_holds_admin
resource "kubernetes_cluster_role_v1" "agent" {
  metadata {
    name = "coding-agent"
  }
  rule {
    api_groups = ["", "apps", "snapshot.storage.k8s.io"]
    resources  = ["*"]
    verbs      = ["*"]
  }
}

# expect: deletion_protection_off
resource "kubernetes_storage_class_v1" "db" {
  metadata {
    name = "db"
  }
  storage_provisioner = "ebs.csi.aws.com"
}

# A token in a secret is good until the secret is deleted.
# expect: credential_never_expires
resource "kubernetes_secret_v1" "agent_token" {
  metadata {
    name        = "agent-token"
    annotations = { "kubernetes.io/service-account.name" = "agent" }
  }
  type = "kubernetes.io/service-account-token"
}

# And one that is written into the configuration.
# expect: credential_never_expires
provider "kubernetes" {
  alias          = "tools"
  config_context = "shop-prod"
  token          = "not-a-real-token"
}
