locals {
  sweeps = {
    sweep    = { path = "", schedule = "*/5 * * * *", description = "Send again what jobs owe that have stalled" }
    webhooks = { path = "/webhooks", schedule = "* * * * *", description = "Send the webhooks that are due" }
  }
}

resource "google_cloud_scheduler_job" "sweep" {
  for_each         = local.sweeps
  name             = "${var.name}-${each.key}"
  region           = var.region
  description      = each.value.description
  schedule         = each.value.schedule
  time_zone        = "Etc/UTC"
  attempt_deadline = "300s"

  http_target {
    uri         = "${module.function["sweep"].uri}${each.value.path}"
    http_method = "POST"
    oidc_token {
      service_account_email = google_service_account.scheduler.email
      audience              = module.function["sweep"].uri
    }
  }
  retry_config {
    retry_count          = 1
    min_backoff_duration = "10s"
  }
  depends_on = [google_project_service.this]
}

resource "google_cloud_scheduler_job" "retention" {
  name             = "${var.name}-retention"
  region           = var.region
  description      = "Delete files, jobs and uploads that are no longer kept"
  schedule         = "17 3 * * *"
  time_zone        = "Etc/UTC"
  attempt_deadline = "600s"

  http_target {
    uri         = module.function["retention"].uri
    http_method = "POST"
    oidc_token {
      service_account_email = google_service_account.scheduler.email
      audience              = module.function["retention"].uri
    }
  }
  retry_config {
    retry_count          = 1
    min_backoff_duration = "60s"
  }
  depends_on = [google_project_service.this]
}

resource "google_cloud_scheduler_job" "publish_due" {
  name             = "${var.name}-publish-due"
  region           = var.region
  description      = "Begin the publications that are due"
  schedule         = "* * * * *"
  time_zone        = "Etc/UTC"
  attempt_deadline = "120s"

  http_target {
    uri         = module.function["publish_due"].uri
    http_method = "POST"
    oidc_token {
      service_account_email = google_service_account.scheduler.email
      audience              = module.function["publish_due"].uri
    }
  }
  retry_config {
    retry_count = 0 # the next minute's call does the same
  }
  depends_on = [google_project_service.this]
}

resource "google_service_account" "scheduler" {
  account_id   = "${var.name}-scheduler"
  display_name = "Sutradhar: Cloud Scheduler"
  depends_on   = [google_project_service.this]
}

resource "google_cloud_run_v2_service_iam_member" "scheduler" {
  for_each = toset(["sweep", "retention", "publish_due"])
  name     = module.function[each.key].service
  location = var.region
  role     = "roles/run.invoker"
  member   = "serviceAccount:${google_service_account.scheduler.email}"
}
