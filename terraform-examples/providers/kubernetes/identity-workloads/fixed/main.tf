terraform {
  required_providers {
    kubernetes = {
      source  = "hashicorp/kubernetes"
      version = "3.4.0"
    }
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
  backend "gcs" {
    bucket = "shop-tfstate"
    prefix = "identity-workloads"
  }
}

provider "kubernetes" {
  config_context = "shop-prod"
}

# The copies lie in a bucket of another account, and nobody can shorten how long they are kept there.
provider "aws" {
  region = "eu-west-1"
  assume_role {
    role_arn = "arn:aws:iam::222222222222:role/backups"
  }
}

resource "aws_s3_bucket" "backups" {
  bucket              = "shop-cluster-backups"
  object_lock_enabled = true

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_versioning" "backups" {
  bucket = aws_s3_bucket.backups.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_object_lock_configuration" "backups" {
  bucket = aws_s3_bucket.backups.id

  rule {
    default_retention {
      mode = "COMPLIANCE"
      days = 35
    }
  }
}

resource "kubernetes_manifest" "away" {
  manifest = {
    apiVersion = "velero.io/v1"
    kind       = "BackupStorageLocation"
    metadata   = { name = "away", namespace = "velero" }
    spec = {
      provider      = "aws"
      objectStorage = { bucket = aws_s3_bucket.backups.bucket }
    }
  }
}

resource "kubernetes_manifest" "daily" {
  manifest = {
    apiVersion = "velero.io/v1"
    kind       = "Schedule"
    metadata   = { name = "daily", namespace = "velero" }
    spec = {
      schedule = "0 3 * * *"
      template = {
        storageLocation  = "away"
        snapshotMoveData = true
        ttl              = "840h0m0s"
      }
    }
  }
}

# The data: its class keeps the disk, and copies lie out of reach.
resource "kubernetes_namespace_v1" "shop" {
  metadata {
    name = "shop"
  }
}

resource "kubernetes_storage_class_v1" "fast" {
  metadata {
    name = "fast"
  }
  storage_provisioner = "ebs.csi.aws.com"
  reclaim_policy      = "Retain"
}

resource "kubernetes_persistent_volume_claim_v1" "orders" {
  metadata {
    name      = "orders"
    namespace = kubernetes_namespace_v1.shop.metadata[0].name
  }
  spec {
    access_modes       = ["ReadWriteOnce"]
    storage_class_name = kubernetes_storage_class_v1.fast.metadata[0].name
    resources {
      requests = { storage = "100Gi" }
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}

# The operator of the volumes: it changes what becomes of disks, and deletes claims.
resource "kubernetes_cluster_role_v1" "volumes" {
  metadata {
    name = "volumes"
  }
  rule {
    api_groups = [""]
    resources  = ["persistentvolumes", "persistentvolumeclaims"]
    verbs      = ["get", "list", "watch", "patch", "delete"]
  }
}

resource "kubernetes_service_account_v1" "operator" {
  metadata {
    name      = "volume-operator"
    namespace = kubernetes_namespace_v1.operators.metadata[0].name
  }
}

resource "kubernetes_cluster_role_binding_v1" "volumes" {
  metadata {
    name = "volumes"
  }
  role_ref {
    api_group = "rbac.authorization.k8s.io"
    kind      = "ClusterRole"
    name      = kubernetes_cluster_role_v1.volumes.metadata[0].name
  }
  subject {
    kind      = "ServiceAccount"
    name      = kubernetes_service_account_v1.operator.metadata[0].name
    namespace = kubernetes_namespace_v1.operators.metadata[0].name
  }
}

# The operator lives in a namespace of its own, which no agent reaches into.
resource "kubernetes_namespace_v1" "operators" {
  metadata {
    name = "operators"
  }
}

resource "kubernetes_deployment_v1" "operator" {
  metadata {
    name      = "volume-operator"
    namespace = kubernetes_namespace_v1.operators.metadata[0].name
  }
  spec {
    selector {
      match_labels = { app = "volume-operator" }
    }
    template {
      metadata {
        labels = { app = "volume-operator" }
      }
      spec {
        service_account_name = kubernetes_service_account_v1.operator.metadata[0].name
        container {
          name  = "volume-operator"
          image = "registry.example.com/volume-operator:1"
        }
      }
    }
  }
}

resource "kubernetes_service_account_v1" "support" {
  metadata {
    name      = "support"
    namespace = kubernetes_namespace_v1.shop.metadata[0].name
  }
}

resource "kubernetes_deployment_v1" "assistant" {
  metadata {
    name      = "coding-agent"
    namespace = kubernetes_namespace_v1.shop.metadata[0].name
  }
  spec {
    selector {
      match_labels = { app = "coding-agent" }
    }
    template {
      metadata {
        labels = { app = "coding-agent" }
      }
      spec {
        service_account_name = kubernetes_service_account_v1.support.metadata[0].name
        container {
          name  = "coding-agent"
          image = "registry.example.com/coding-agent:1"
        }
      }
    }
  }
}

resource "kubernetes_role_v1" "debug" {
  metadata {
    name      = "debug"
    namespace = kubernetes_namespace_v1.shop.metadata[0].name
  }
  rule {
    api_groups = [""]
    resources  = ["pods/exec"]
    verbs      = ["create"]
  }
}

resource "kubernetes_role_binding_v1" "debug" {
  metadata {
    name      = "debug"
    namespace = kubernetes_namespace_v1.shop.metadata[0].name
  }
  role_ref {
    api_group = "rbac.authorization.k8s.io"
    kind      = "Role"
    name      = kubernetes_role_v1.debug.metadata[0].name
  }
  subject {
    kind      = "ServiceAccount"
    name      = kubernetes_service_account_v1.support.metadata[0].name
    namespace = kubernetes_namespace_v1.shop.metadata[0].name
  }
}
