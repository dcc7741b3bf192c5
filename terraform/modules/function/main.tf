terraform {
  required_providers {
    google = {
      source = "hashicorp/google"
    }
  }
}

resource "google_service_account" "this" {
  account_id   = "${var.name}-fn"
  display_name = "Sutradhar: function ${var.entry_point}"
}

resource "google_cloudfunctions2_function" "this" {
  name     = var.name
  location = var.region

  build_config {
    runtime         = "python313"
    entry_point     = var.entry_point
    service_account = var.builder
    source {
      storage_source {
        bucket = var.archive.bucket
        object = var.archive.object
      }
    }
  }

  service_config {
    available_memory                 = var.size.memory
    available_cpu                    = var.size.cpu
    max_instance_request_concurrency = var.size.concurrency
    min_instance_count               = var.size.min
    max_instance_count               = var.size.max
    timeout_seconds                  = var.size.timeout
    service_account_email            = google_service_account.this.email
    all_traffic_on_latest_revision   = true
    # Pub/Sub and Scheduler of this project count as internal
    ingress_settings = var.from_everywhere ? "ALLOW_ALL" : "ALLOW_INTERNAL_ONLY"
    environment_variables = merge(var.environment, {
      SERVICE_ACCOUNT = google_service_account.this.email
      THREADS         = tostring(var.size.concurrency) # functions-framework's own; as many as it may be asked at once
    })

    dynamic "secret_environment_variables" {
      for_each = var.secrets
      content {
        key        = secret_environment_variables.key
        secret     = secret_environment_variables.value
        version    = "latest"
        project_id = google_service_account.this.project
      }
    }

    dynamic "secret_volumes" {
      for_each = var.secret_files
      content {
        mount_path = dirname(secret_volumes.key)
        secret     = secret_volumes.value
        project_id = google_service_account.this.project
        versions {
          version = "latest"
          path    = basename(secret_volumes.key)
        }
      }
    }
  }
}
