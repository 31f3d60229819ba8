terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
    railway = {
      source = "terraform-community-providers/railway"
    }
  }

  cloud {
    organization = "shop"

    workspaces {
      name = "shop"
    }
  }
}

variable "railway_token" {
  type      = string
  sensitive = true
}
