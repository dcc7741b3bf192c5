resource "google_secret_manager_secret" "this" {
  for_each  = var.secrets
  secret_id = "${var.name}-${lower(replace(each.key, "_", "-"))}"

  replication {
    auto {}
  }
  depends_on = [google_project_service.this]
}

resource "google_secret_manager_secret_iam_member" "reader" {
  for_each = { for pair in flatten([
    for variable, readers in var.secrets : [for reader in readers : { variable = variable, reader = reader }]
  ]) : "${pair.reader} reads ${pair.variable}" => pair }
  secret_id = google_secret_manager_secret.this[each.value.variable].id
  role      = "roles/secretmanager.secretAccessor"
  member    = "serviceAccount:${module.function[each.value.reader].service_account}"
}
