# Values of variables that are refused before anything is planned.
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

run "a_url_is_no_bucket" {
  command = plan
  variables {
    publish_bucket = "https://storage.googleapis.com/shop-window"
  }
  expect_failures = [var.publish_bucket]
}

run "a_path_is_no_certificate" {
  command = plan
  variables {
    marks             = true
    marks_certificate = "certificate.pem"
  }
  expect_failures = [var.marks_certificate]
}

run "a_certificate_without_a_key" {
  command = plan
  variables {
    marks_certificate = "-----BEGIN CERTIFICATE-----"
  }
  expect_failures = [var.marks_certificate]
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
