# The function frame, which draws preview frames for api. It needs the renderer's compositor, fonts and ffmpeg, so it is the renderer's
# own image with another command: what a frame shows is then what a render of this deployment makes.
locals {
  frame = { memory = "2Gi", cpu = "1", concurrency = 4, max = 10, timeout = 30 }
}

resource "google_service_account" "frame" {
  account_id   = "${var.name}-frame-fn"
  display_name = "Sutradhar: function frame"
  depends_on   = [google_project_service.this]
}

resource "google_cloud_run_v2_service" "frame" {
  name                = "${var.name}-frame"
  location            = var.region
  deletion_protection = false # it holds nothing
  # a call from api comes through Google's front end, which counts it as external; who may call is IAM's business
  ingress = "INGRESS_TRAFFIC_ALL"

  template {
    service_account                  = google_service_account.frame.email
    execution_environment            = "EXECUTION_ENVIRONMENT_GEN2"
    max_instance_request_concurrency = local.frame.concurrency
    timeout                          = "${local.frame.timeout}s"

    scaling {
      min_instance_count = 0
      max_instance_count = local.frame.max
    }

    containers {
      image   = var.image
      command = ["python3", "-m", "functions_framework"]
      args    = ["--target=frame", "--source=/app/functions/main.py"]
      ports {
        container_port = 8080
      }
      resources {
        limits            = { cpu = local.frame.cpu, memory = local.frame.memory }
        cpu_idle          = true
        startup_cpu_boost = true
      }
      dynamic "env" {
        for_each = merge(var.settings, local.shared_environment, { THREADS = tostring(local.frame.concurrency) })
        content {
          name  = env.key
          value = env.value
        }
      }
    }
  }
  depends_on = [google_project_service.this, google_artifact_registry_repository_iam_member.cloud_run]
}

resource "google_cloud_run_v2_service_iam_member" "api_asks_for_frames" {
  name     = google_cloud_run_v2_service.frame.name
  location = var.region
  role     = "roles/run.invoker"
  member   = "serviceAccount:${module.function["api"].service_account}"
}

# It shows images and clips, and keeps the frames that it has drawn. Listing needs a right on the bucket itself; without it Cloud
# Storage answers 403 instead of 404 for a missing file.
resource "google_storage_bucket_iam_member" "frame" {
  for_each = {
    "assets/"       = "roles/storage.objectViewer"
    (local.uploads) = "roles/storage.objectViewer"
    (local.frames)  = "roles/storage.objectUser"
  }
  bucket = google_storage_bucket.assets.name
  role   = each.value
  member = "serviceAccount:${google_service_account.frame.email}"

  condition {
    title      = "${var.name}-${trimsuffix(each.key, "/")}-only"
    expression = "resource.name == \"${local.bucket_path}\" || resource.name.startsWith(\"${local.bucket_path}/objects/${each.key}\")"
  }
}
