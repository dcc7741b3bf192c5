# Deployments, and what they must have. test_what_is_broken_is_found runs this file alone.
mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
}

variables {
  project = "demo-project"
  archive = "build/functions-0000000000000000000000000000000000000000000000000000000000000000.zip"
  image   = "europe-west4-docker.pkg.dev/demo-project/sutradhar/renderer@sha256:0000000000000000000000000000000000000000000000000000000000000000"
}

run "as_it_comes" {
  command = plan

  assert {
    condition     = length(google_cloud_run_v2_service_iam_member.callers) == 0
    error_message = "Nobody may call the API before it is allowed."
  }
  assert {
    condition     = google_cloud_run_v2_job.renderer["gpu"].template[0].template[0].node_selector[0].accelerator == "nvidia-l4"
    error_message = "The renderer needs its L4."
  }
  assert {
    condition     = length(google_cloud_run_v2_job.renderer["cpu"].template[0].template[0].node_selector) == 0
    error_message = "The twin must not have a graphics card."
  }
  assert {
    condition     = alltrue([for s in google_pubsub_subscription.this : s.ack_deadline_seconds == 600 && length(s.dead_letter_policy) == 1])
    error_message = "Every subscription has a dead letter policy and ten minutes."
  }
  assert {
    condition     = length(google_billing_budget.this) == 0 && length(google_monitoring_notification_channel.mail) == 0
    error_message = "No budget without a billing account, no mail without an address."
  }
}

run "open_to_all" {
  command = plan
  variables {
    public_api = true
    callers    = ["user:somebody@example.com"]
  }
  assert {
    condition     = toset(keys(google_cloud_run_v2_service_iam_member.callers)) == toset(["allUsers", "user:somebody@example.com"])
    error_message = "The two callers."
  }
}

run "on_cpus_with_everything" {
  command = plan
  variables {
    render_on       = "cpu"
    renderer_size   = { cpus = 8, memory_gib = 32 }
    alert_email     = "team@example.com"
    billing_account = "012345-6789AB-CDEF01"
    job_days        = 90
    secrets         = { OPENAI_API_KEY = ["plan", "produce"] }
    settings        = { DAILY_BUDGET_USD = "20" }
  }
  assert {
    condition     = output.render_job == "sutradhar-renderer-cpu"
    error_message = "Dispatch starts the twin."
  }
  assert {
    condition     = length(google_secret_manager_secret_iam_member.reader) == 2
    error_message = "Two functions read the key, and no others."
  }
  assert {
    condition     = local.environment["JOB_DAYS"] == "90"
    error_message = "The function retention deletes jobs after job_days."
  }
}

run "publishing_into_a_whole_bucket" {
  command = plan
  variables {
    publish_bucket = "gs://shop-window"
  }
  assert {
    condition     = length(google_storage_bucket_iam_member.published["shop-window"].condition) == 0
    error_message = "A place without a folder is the whole bucket."
  }
  assert {
    condition     = local.publish_environment["PUBLISH_BUCKET"] == "gs://shop-window"
    error_message = "The functions know the place."
  }
}

run "pages_may_send_files" {
  command = plan
  variables {
    cors_origins = ["https://studio.example.com", "http://localhost:5173"]
  }
  assert {
    condition     = one(google_storage_bucket.assets.cors).origin == tolist(["http://localhost:5173", "https://studio.example.com"])
    error_message = "The bucket answers the pages that the API answers."
  }
}
