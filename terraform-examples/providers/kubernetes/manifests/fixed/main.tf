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
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
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

provider "kubectl" {
  config_context = "shop-prod"
}

resource "kubectl_manifest" "standard" {
  yaml_body = <<-YAML
    apiVersion: storage.k8s.io/v1
    kind: StorageClass
    metadata:
      name: standard
    provisioner: ebs.csi.aws.com
    reclaimPolicy: Retain
  YAML
}

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

# It reads what the operator does, and changes nothing.
resource "kubernetes_manifest" "agent" {
  manifest = {
    apiVersion = "rbac.authorization.k8s.io/v1"
    kind       = "Role"
    metadata   = { name = "databases", namespace = "shop" }
    rules      = [{ apiGroups = ["postgresql.cnpg.io"], resources = ["*"], verbs = ["get", "list", "watch"] }]
  }
}

resource "kubernetes_manifest" "agent_binding" {
  manifest = {
    apiVersion = "rbac.authorization.k8s.io/v1"
    kind       = "RoleBinding"
    metadata   = { name = "databases", namespace = "shop" }
    roleRef    = { apiGroup = "rbac.authorization.k8s.io", kind = "Role", name = "databases" }
    subjects   = [{ apiGroup = "rbac.authorization.k8s.io", kind = "User", name = "copilot" }]
  }
}
