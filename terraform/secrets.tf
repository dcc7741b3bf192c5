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

# The sign-in to YouTube. `sutradhar youtube login` prints the command that stores it; only publish reads it, as a file,
# so that a new sign-in holds without a deployment.
resource "google_secret_manager_secret" "youtube" {
  count     = var.youtube ? 1 : 0
  secret_id = "${var.name}-youtube-token"

  replication {
    auto {}
  }
  depends_on = [google_project_service.this]
}

resource "google_secret_manager_secret_iam_member" "publish_reads_the_sign_in" {
  count     = length(google_secret_manager_secret.youtube)
  secret_id = google_secret_manager_secret.youtube[0].id
  role      = "roles/secretmanager.secretAccessor"
  member    = "serviceAccount:${module.function["publish"].service_account}"
}
