output "api" {
  description = "Address of the HTTP API."
  value       = module.function["api"].uri
}

output "urls" {
  description = "What to call and to look at: the documentation of the API, its probes and figures, and the dashboard."
  value = {
    docs       = "${module.function["api"].uri}/docs"
    health     = "${module.function["api"].uri}/health"
    ready      = "${module.function["api"].uri}/ready"
    status     = "${module.function["api"].uri}/status"
    prometheus = "${module.function["api"].uri}/metrics/prometheus"
    dashboard  = "https://console.cloud.google.com/monitoring/dashboards/builder/${basename(google_monitoring_dashboard.this.id)}?project=${var.project}"
  }
}

output "asset_bucket" {
  description = "The bucket that holds the videos."
  value       = google_storage_bucket.assets.name
}

output "repository" {
  description = "Where the renderer's image belongs."
  value       = "${var.region}-docker.pkg.dev/${var.project}/${google_artifact_registry_repository.this.repository_id}"
}

output "marks_key" {
  description = "The key that signs the marks, for `sutradhar marks setup --kms`; empty without marks."
  value       = local.marks_key_version
}

output "render_job" {
  description = "The Cloud Run job that renders."
  value       = google_cloud_run_v2_job.renderer[var.render_on].name
}
