# Everything that a deployment needs, one file an entity with its IAM beside it.
terraform {
  required_version = ">= 1.9"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 6.50"
    }
  }

  # the bucket comes with `terraform init -backend-config=bucket=...`
  backend "gcs" {
    prefix = "sutradhar"
  }
}

provider "google" {
  project = var.project
  region  = var.region
  # budgets are billed to the project that asks
  billing_project       = var.project
  user_project_override = true
}

data "google_project" "this" {
  project_id = var.project
}
