# The root that the Google Cloud backend will fill, one file an entity. There is nothing to deploy yet.
terraform {
  required_version = ">= 1.9"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 6.50"
    }
  }
}
