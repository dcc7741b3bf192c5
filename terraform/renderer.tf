# The renderer and its twin without a graphics card. A render names its number of tasks; each is one machine.
locals {
  render_jobs = { gpu = "${var.name}-renderer", cpu = "${var.name}-renderer-cpu" }
}

resource "google_cloud_run_v2_job" "renderer" {
  for_each            = local.render_jobs
  name                = each.value
  location            = var.region
  deletion_protection = false # it holds nothing

  template {
    task_count = 1
    template {
      max_retries                   = 3 # a task goes on from its last stored segment
      timeout                       = "3600s"
      service_account               = google_service_account.renderer.email
      execution_environment         = "EXECUTION_ENVIRONMENT_GEN2"
      gpu_zonal_redundancy_disabled = each.key == "gpu" ? true : null

      dynamic "node_selector" {
        for_each = each.key == "gpu" ? ["nvidia-l4"] : []
        content {
          accelerator = node_selector.value
        }
      }

      containers {
        image = var.image
        resources {
          limits = merge(
            { cpu = tostring(var.renderer_size.cpus), memory = "${var.renderer_size.memory_gib}Gi" },
            each.key == "gpu" ? { "nvidia.com/gpu" = "1" } : {},
          )
        }
        dynamic "env" {
          for_each = merge(var.settings, local.shared_environment, local.marks_environment)
          content {
            name  = env.key
            value = env.value
          }
        }
      }
    }
  }
  depends_on = [google_project_service.this, google_artifact_registry_repository_iam_member.cloud_run]
}

resource "google_service_account" "renderer" {
  account_id   = "${var.name}-renderer"
  display_name = "Sutradhar: renderer"
  depends_on   = [google_project_service.this]
}

# Start an execution with a request and a number of tasks, look at it, end it; no ready-made role has just that.
resource "google_project_iam_custom_role" "render_runner" {
  role_id     = "${replace(var.name, "-", "_")}_render_runner"
  title       = "Sutradhar: runs renders"
  description = "Run a job with overrides; see, list and cancel its executions"
  permissions = [
    "run.jobs.run", "run.jobs.runWithOverrides",
    "run.executions.cancel", "run.executions.get", "run.executions.list",
  ]
  depends_on = [google_project_service.this]
}

resource "google_cloud_run_v2_job_iam_member" "dispatch" {
  for_each = google_cloud_run_v2_job.renderer
  name     = each.value.name
  location = var.region
  role     = google_project_iam_custom_role.render_runner.id
  member   = "serviceAccount:${module.function["dispatch"].service_account}"
}
