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
    prefix = "volumes"
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

resource "kubernetes_storage_class_v1" "fast" {
  metadata {
    name = "fast"
  }
  storage_provisioner = "ebs.csi.aws.com"
  reclaim_policy      = "Retain"
}

resource "kubernetes_namespace_v1" "shop" {
  metadata {
    name = "shop"
  }
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

resource "kubernetes_stateful_set_v1" "search" {
  metadata {
    name      = "search"
    namespace = kubernetes_namespace_v1.shop.metadata[0].name
  }
  spec {
    service_name = "search"
    selector {
      match_labels = { app = "search" }
    }
    template {
      metadata {
        labels = { app = "search" }
      }
      spec {
        automount_service_account_token = false
        container {
          name  = "search"
          image = "opensearchproject/opensearch:2"
        }
      }
    }
    volume_claim_template {
      metadata {
        name = "data"
      }
      spec {
        access_modes       = ["ReadWriteOnce"]
        storage_class_name = kubernetes_storage_class_v1.fast.metadata[0].name
        resources {
          requests = { storage = "200Gi" }
        }
      }
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}

# The claim stands for the volume, and the volume is kept.
resource "kubernetes_persistent_volume_v1" "archive" {
  metadata {
    name = "archive"
  }
  spec {
    capacity     = { storage = "1Ti" }
    access_modes = ["ReadWriteOnce"]
    persistent_volume_source {
      csi {
        driver        = "ebs.csi.aws.com"
        volume_handle = "vol-0123456789abcdef0"
      }
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "kubernetes_persistent_volume_claim_v1" "archive" {
  metadata {
    name      = "archive"
    namespace = kubernetes_namespace_v1.shop.metadata[0].name
  }
  spec {
    access_modes = ["ReadWriteOnce"]
    volume_name  = kubernetes_persistent_volume_v1.archive.metadata[0].name
    resources {
      requests = { storage = "1Ti" }
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}
