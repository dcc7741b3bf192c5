output "uri" {
  description = "Its address."
  value       = google_cloudfunctions2_function.this.service_config[0].uri
}

output "service" {
  description = "Name of the Cloud Run service that it is."
  value       = google_cloudfunctions2_function.this.service_config[0].service
}

output "service_account" {
  description = "Mail address of its service account."
  value       = google_service_account.this.email
}

output "service_account_name" {
  description = "Full name of its service account."
  value       = google_service_account.this.name
}
