terraform {
  required_providers {
    kubernetes = {
      source  = "hashicorp/kubernetes"
      version = "3.4.0"
    }
    kubectl = {
      source  = "gavinbunney/kubectl"
      version = "1.19.0"
    }
  }
  backend "gcs" {
    bucket = "shop-tfstate"
    prefix = "manifests"
  }
}

provider "kubernetes" {
  config_context = "shop-prod"
}

provider "kubectl" {
  config_context = "shop-prod"
}

# The same in YAML: what is made counts, not what carries it.
# expect: deletion_protection_off
resource "kubectl_manifest" "standard" {
  yaml_body = <<-YAML
    apiVersion: storage.k8s.io/v1
    kind: StorageClass
    metadata:
      name: standard
    provisioner: ebs.csi.aws.com
    reclaimPolicy: Delete
  YAML
}

# expect: backup_missing
resource "kubernetes_manifest" "ledger" {
  manifest = {
    apiVersion = "postgresql.cnpg.io/v1"
    kind       = "Cluster"
    metadata   = { name = "ledger", namespace = "shop" }
    spec = {
      instances = 3
      storage   = { size = "50Gi", storageClass = "standard" }
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}

# An agent that may do anything to the objects of the operator.
resource "kubernetes_manifest" "agent" {
  manifest = {
    apiVersion = "rbac.authorization.k8s.io/v1"
    kind       = "Role"
    metadata   = { name = "databases", namespace = "shop" }
    rules      = [{ apiGroups = ["postgresql.cnpg.io"], resources = ["*"], verbs = ["*"] }]
  }
}

# expect: agent_can_destroy_data at user:copilot
resource "kubernetes_manifest" "agent_binding" {
  manifest = {
    apiVersion = "rbac.authorization.k8s.io/v1"
    kind       = "RoleBinding"
    metadata   = { name = "databases", namespace = "shop" }
    roleRef    = { apiGroup = "rbac.authorization.k8s.io", kind = "Role", name = "databases" }
    subjects   = [{ apiGroup = "rbac.authorization.k8s.io", kind = "User", name = "copilot" }]
  }
}
