terraform {
  required_providers {
    kubernetes = {
      source  = "hashicorp/kubernetes"
      version = "3.4.0"
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

# Nothing is written about its policy, and the provider takes Delete.
# expect: deletion_protection_off
resource "kubernetes_storage_class_v1" "fast" {
  metadata {
    name = "fast"
  }
  storage_provisioner = "ebs.csi.aws.com"
}

resource "kubernetes_namespace_v1" "shop" {
  metadata {
    name = "shop"
  }
}

# The class decides about its disk; a snapshot lies in the namespace and goes with it.
# expect: backup_in_same_domain, backup_in_same_state
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

resource "kubernetes_manifest" "orders_snapshot" {
  manifest = {
    apiVersion = "snapshot.storage.k8s.io/v1"
    kind       = "VolumeSnapshot"
    metadata   = { name = "orders-before-migration", namespace = "shop" }
    spec       = { source = { persistentVolumeClaimName = "orders" } }
  }
}

# What the class of its volumes says is written somewhere else.
# expect: backup_missing, deletion_protection_off (uncertain)
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
        storage_class_name = "gp3"
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

# A volume by hand is kept where nothing is written; this one is not.
# expect: backup_missing, deletion_protection_off
resource "kubernetes_persistent_volume_v1" "archive" {
  metadata {
    name = "archive"
  }
  spec {
    capacity                         = { storage = "1Ti" }
    access_modes                     = ["ReadWriteOnce"]
    persistent_volume_reclaim_policy = "Delete"
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
