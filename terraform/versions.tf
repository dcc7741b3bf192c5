# Everything that a deployment needs, one file an entity with its IAM beside it.
terraform {
  required_version = ">= 1.9"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 8.2"
    }
  }

  # `terraform init -backend-config=bucket=... -backend-config=prefix=NAME`: two deployments must not share a state, or the
  # second would take the first one down
  backend "gcs" {}
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
