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

run "a_url_is_no_bucket" {
  command = plan
  variables {
    publish_bucket = "https://storage.googleapis.com/shop-window"
  }
  expect_failures = [var.publish_bucket]
}

run "a_tag_is_no_image" {
  command = plan
  variables {
    image = "renderer:latest"
  }
  expect_failures = [var.image]
}

run "everybody_is_no_caller" {
  command = plan
  variables {
    callers = ["allUsers"]
  }
  expect_failures = [var.callers]
}

run "a_secret_for_nobody_there" {
  command = plan
  variables {
    secrets = { OPENAI_API_KEY = ["plans"] }
  }
  expect_failures = [var.secrets]
}

run "a_secret_named_like_a_setting" {
  command = plan
  variables {
    secrets = { ASSET_BUCKET = ["plan"] }
  }
  expect_failures = [var.secrets]
}

run "a_setting_named_like_a_secret" {
  command = plan
  variables {
    secrets  = { OPENAI_API_KEY = ["plan"] }
    settings = { OPENAI_API_KEY = "not here" }
  }
  expect_failures = [var.settings]
}

run "a_size_that_cloud_run_does_not_have" {
  command = plan
  variables {
    renderer_size = { cpus = 6, memory_gib = 16 }
  }
  expect_failures = [var.renderer_size]
}

run "a_name_too_short_for_a_database" {
  command = plan
  variables {
    name = "abc"
  }
  expect_failures = [var.name]
}

run "a_name_that_google_keeps" {
  command = plan
  variables {
    name = "goog-videos"
  }
  expect_failures = [var.name]
}

run "a_page_with_a_path_is_no_origin" {
  command = plan
  variables {
    cors_origins = ["https://studio.example.com/"]
  }
  expect_failures = [var.cors_origins]
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

run "a_name_too_long_for_service_accounts" {
  command = plan
  variables {
    name = "a-name-that-is-too-long"
  }
  expect_failures = [var.name]
}

run "google_without_callers" {
  command = plan
  variables {
    oidc = { issuer = "https://accounts.google.com/", audiences = ["a"], admins = ["you@example.com"] }
  }
  expect_failures = [var.oidc]
}

run "tokens_for_any_audience" {
  command = plan
  variables {
    oidc = { issuer = "https://login.example.com", audiences = [] }
  }
  expect_failures = [var.oidc]
}
