locals {
  # a call that fails comes again after so many seconds, at most so often
  calls = {
    sweep = {
      function = "sweep", path = "", schedule = "*/5 * * * *", description = "Send again what jobs owe that have stalled"
      deadline = 300, retries = 1, pause = 10
    }
    webhooks = {
      function = "sweep", path = "/webhooks", schedule = "* * * * *", description = "Send the webhooks that are due"
      deadline = 300, retries = 1, pause = 10
    }
    retention = {
      function = "retention", path = "", schedule = "17 3 * * *", description = "Delete files, jobs and uploads that are no longer kept"
      deadline = 600, retries = 1, pause = 60
    }
    publish-due = {
      function = "publish_due", path = "", schedule = "* * * * *", description = "Begin the publications that are due"
      deadline = 120, retries = 0, pause = 10 # the next minute's call does the same
    }
  }
}

resource "google_cloud_scheduler_job" "call" {
  for_each         = local.calls
  name             = "${var.name}-${each.key}"
  region           = var.region
  description      = each.value.description
  schedule         = each.value.schedule
  time_zone        = "Etc/UTC"
  attempt_deadline = "${each.value.deadline}s"

  http_target {
    uri         = "${module.function[each.value.function].uri}${each.value.path}"
    http_method = "POST"
    oidc_token {
      service_account_email = google_service_account.scheduler.email
      audience              = module.function[each.value.function].uri
    }
  }
  retry_config {
    retry_count          = each.value.retries
    min_backoff_duration = "${each.value.pause}s"
  }
  depends_on = [google_project_service.this]
}

# deployments of earlier versions keep these jobs
moved {
  from = google_cloud_scheduler_job.sweep
  to   = google_cloud_scheduler_job.call
}

moved {
  from = google_cloud_scheduler_job.retention
  to   = google_cloud_scheduler_job.call["retention"]
}

resource "google_service_account" "scheduler" {
  account_id   = "${var.name}-scheduler"
  display_name = "Sutradhar: Cloud Scheduler"
  depends_on   = [google_project_service.this]
}

resource "google_cloud_run_v2_service_iam_member" "scheduler" {
  for_each = toset([for call in local.calls : call.function])
  name     = module.function[each.key].service
  location = var.region
  role     = "roles/run.invoker"
  member   = "serviceAccount:${google_service_account.scheduler.email}"
}
