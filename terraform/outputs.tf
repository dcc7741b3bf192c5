output "api" {
  description = "Address of the HTTP API."
  value       = module.function["api"].uri
}

output "asset_bucket" {
  description = "The bucket that holds the videos."
  value       = google_storage_bucket.assets.name
}

output "repository" {
  description = "Where the renderer's image belongs."
  value       = "${var.region}-docker.pkg.dev/${var.project}/${google_artifact_registry_repository.this.repository_id}"
}

output "render_job" {
  description = "The Cloud Run job that renders."
  value       = google_cloud_run_v2_job.renderer[var.render_on].name
}
