locals {
  # memory, and what one instance serves at a time: many at once for short work, one for the functions that make assets
  functions = {
    api         = { memory = "512Mi", cpu = "1", concurrency = 40, min = var.min_api_instances, max = 20, timeout = 540 } # a zip of a batch takes as long as its receiver
    plan        = { memory = "512Mi", cpu = "1", concurrency = 8, min = 0, max = 20, timeout = 540 }
    check       = { memory = "2Gi", cpu = "1", concurrency = 1, min = 0, max = 20, timeout = 540 } # it decodes users' files
    produce     = { memory = "2Gi", cpu = "2", concurrency = 1, min = 0, max = 50, timeout = 540 }
    dispatch    = { memory = "512Mi", cpu = "1", concurrency = 8, min = 0, max = 20, timeout = 120 }
    finish      = { memory = "512Mi", cpu = "1", concurrency = 16, min = 0, max = 20, timeout = 120 }
    webhook     = { memory = "512Mi", cpu = "1", concurrency = 16, min = 0, max = 10, timeout = 60 } # it calls receivers that callers name
    publish     = { memory = "512Mi", cpu = "1", concurrency = 4, min = 0, max = 10, timeout = 540 } # it sends videos in pieces
    publish_due = { memory = "512Mi", cpu = "1", concurrency = 1, min = 0, max = 2, timeout = 120 }
    dead_letter = { memory = "512Mi", cpu = "1", concurrency = 8, min = 0, max = 5, timeout = 120 }
    retention   = { memory = "512Mi", cpu = "1", concurrency = 1, min = 0, max = 1, timeout = 540 }
    sweep       = { memory = "512Mi", cpu = "1", concurrency = 1, min = 0, max = 1, timeout = 300 }
  }
  # of the functions and of the renderer
  shared_environment = {
    BACKEND              = "gcp"
    GOOGLE_CLOUD_PROJECT = var.project
    REGION               = var.region
    ASSET_BUCKET         = google_storage_bucket.assets.name
    TOPIC_PREFIX         = "${var.name}-"
    # without this each new client reads the bucket itself, which roles on objects refuse
    DISABLE_GCS_PYTHON_CLIENT_OTEL_BUCKET_METADATA = "true"
  }
  # the environment of the one function that people and web pages call
  api_environment = merge(
    local.marks_environment, # it tells in /ready how long the certificate is valid; the key is not for it
    { FRAME_URL = google_cloud_run_v2_service.frame.uri },
    var.public_api ? { PUBLIC_API = "1" } : {},
    var.oidc == null ? {} : { for name, text in {
      OIDC_ISSUER     = var.oidc.issuer
      OIDC_AUDIENCE   = join(",", sort(var.oidc.audiences))
      OIDC_CALLERS    = join(",", sort(var.oidc.callers))
      OIDC_ADMINS     = join(",", sort(var.oidc.admins))
      OIDC_ROLE_CLAIM = var.oidc.role_claim
    } : name => text if text != "" },
    length(var.cors_origins) > 0 ? { CORS_ORIGINS = join(",", sort(var.cors_origins)) } : {},
  )
  # api tells whether a destination is set up, and publish writes there
  publish_environment = merge(
    var.publish_bucket == "" ? {} : { PUBLISH_BUCKET = var.publish_bucket },
    var.youtube ? { YOUTUBE_TOKEN_FILE = local.youtube_token_file } : {},
  )
  youtube_token_file = "/etc/secrets/youtube/token.json"
  environment = merge(local.shared_environment, {
    FIRESTORE_DATABASE = google_firestore_database.this.name
    RENDER_JOB         = local.render_jobs[var.render_on]
    RENDER_CPUS        = tostring(var.renderer_size.cpus)
    RENDER_MEMORY_GIB  = tostring(var.renderer_size.memory_gib)
    RENDER_GPU         = var.render_on == "gpu" ? "1" : "0"
    ASSET_DAYS         = tostring(var.asset_days)
    OUTPUT_DAYS        = tostring(var.output_days)
    UPLOAD_DAYS        = tostring(var.upload_days)
    JOB_DAYS           = tostring(var.job_days)
  })
}

module "function" {
  source   = "./modules/function"
  for_each = local.functions

  name            = "${var.name}-${replace(each.key, "_", "-")}"
  entry_point     = each.key
  region          = var.region
  size            = each.value
  archive         = { bucket = google_storage_bucket.source.name, object = (each.key == "publish" ? google_storage_bucket_object.archive_of_publish : google_storage_bucket_object.archive).name }
  builder         = google_service_account.builder.id
  from_everywhere = each.key == "api"
  environment     = merge(var.settings, local.environment, each.key == "api" ? local.api_environment : {}, contains(["api", "publish"], each.key) ? local.publish_environment : {})
  secrets         = { for variable, readers in var.secrets : variable => google_secret_manager_secret.this[variable].secret_id if contains(readers, each.key) }
  secret_files    = { for secret in google_secret_manager_secret.youtube : local.youtube_token_file => secret.secret_id if each.key == "publish" }
  depends_on      = [google_project_service.this, google_project_iam_member.builder]
}

# In whose name Cloud Build makes the functions' images.
resource "google_service_account" "builder" {
  account_id   = "${var.name}-builder"
  display_name = "Sutradhar: builds the functions"
  depends_on   = [google_project_service.this]
}

resource "google_project_iam_member" "builder" {
  for_each = toset(["roles/logging.logWriter", "roles/artifactregistry.writer", "roles/storage.objectViewer"])
  project  = var.project
  role     = each.key
  member   = "serviceAccount:${google_service_account.builder.email}"
}

resource "google_cloud_run_v2_service_iam_member" "callers" {
  for_each = setunion(var.callers, var.public_api ? ["allUsers"] : [])
  name     = module.function["api"].service
  location = var.region
  role     = "roles/run.invoker"
  member   = each.key
}

# It signs the URLs of videos with a key that Google keeps for it.
resource "google_service_account_iam_member" "api_signs_as_itself" {
  service_account_id = module.function["api"].service_account_name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = "serviceAccount:${module.function["api"].service_account}"
}

# It signs the URLs of the files that a receiver fetches (docs/destinations.md).
resource "google_service_account_iam_member" "publish_signs_as_itself" {
  for_each           = setintersection(["PUBLISH_WEBHOOK_URL"], setunion(keys(var.settings), keys(var.secrets)))
  service_account_id = module.function["publish"].service_account_name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = "serviceAccount:${module.function["publish"].service_account}"
}
