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
    prefix = "tokens"
  }
}

provider "kubernetes" {
  config_context = "shop-prod"
}

resource "kubernetes_role_v1" "agent" {
  metadata {
    name      = "coding-agent"
    namespace = "shop"
  }
  rule {
    api_groups = ["", "apps"]
    resources  = ["pods", "pods/log", "deployments"]
    verbs      = ["get", "list", "watch"]
  }
}

resource "kubernetes_storage_class_v1" "db" {
  metadata {
    name = "db"
  }
  storage_provisioner = "ebs.csi.aws.com"
  reclaim_policy      = "Retain"
}

# A token that ends by itself.
resource "kubernetes_token_request_v1" "agent" {
  metadata {
    name      = "agent"
    namespace = "shop"
  }
  spec {
    expiration_seconds = 3600
  }
}

# What the platform hands out lasts a quarter of an hour.
data "aws_eks_cluster_auth" "shop" {
  name = "shop"
}

provider "kubernetes" {
  alias          = "tools"
  config_context = "shop-prod"
  token          = data.aws_eks_cluster_auth.shop.token
}
