locals {
  archive_of_publish = replace(var.archive, "/functions-([0-9a-f]{64}[.]zip)$/", "publish-$1")

  uploads = "uploads/" # the files that users send
  jobs    = "jobs/"    # requests, captions, videos
  frames  = "frames/"  # preview frames
  # files that are only kept to be used again
  caches = ["assets/", "segments/", "sounds/", "films/", "thumbnails/", "measured/", "upscaled/", local.frames]
}

resource "google_storage_bucket" "source" {
  name                        = "${var.project}-${var.name}-source"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = true # the archive is made again from the repository

  versioning {
    enabled = true
  }
  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      days_since_noncurrent_time = 14
      with_state                 = "ARCHIVED"
    }
  }
  depends_on = [google_project_service.this]
}

resource "google_storage_bucket_object" "archive" {
  name   = basename(var.archive) # its name holds the sha256: another archive is another object, and only then redeployed
  bucket = google_storage_bucket.source.name
  source = var.archive
}

# The function publish has the same code with more packages. One hash of both archives stands in both names.
resource "google_storage_bucket_object" "archive_of_publish" {
  name   = basename(local.archive_of_publish)
  bucket = google_storage_bucket.source.name
  source = local.archive_of_publish
}

resource "google_storage_bucket" "assets" {
  name                        = "${var.project}-${var.name}-assets"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = !var.protect

  # no versioning: names hold the hash of what they are of, and are not written twice
  soft_delete_policy {
    retention_duration_seconds = 604800
  }
  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      age            = var.asset_days
      matches_prefix = local.caches
    }
  }
  lifecycle_rule {
    action {
      type = "AbortIncompleteMultipartUpload"
    }
    condition {
      age = 1
    }
  }
  # The function retention deletes videos and uploads: a rule on their age would also delete those that are pinned or in use.
  # The studio is of the origin of api itself, which is not known here: Cloud Storage answers it all the same, since the
  # session of an upload is opened for the origin of the page that sends (functions/api/pages.py).
  dynamic "cors" {
    for_each = length(var.cors_origins) > 0 ? [sort(var.cors_origins)] : []
    content {
      origin          = cors.value
      method          = ["GET", "PUT"]
      response_header = ["Content-Type", "Content-Range", "Range"] # a page sends a file in pieces, and reads what is there
      max_age_seconds = 3600
    }
  }
  depends_on = [google_project_service.this]
}

# These work with files of every kind: dispatch also removes all data of a key. They read and write objects, nothing about the bucket itself.
resource "google_storage_bucket_iam_member" "assets" {
  for_each = { for name, member in local.blob_users : name => member }
  bucket   = google_storage_bucket.assets.name
  role     = "roles/storage.objectUser"
  member   = each.value
}

# api opens the sessions in which callers send their files, and can only add files. Listing needs a right on the bucket
# itself; without it Cloud Storage answers 403 instead of 404 for a missing file.
resource "google_storage_bucket_iam_member" "uploads" {
  for_each = { api = "roles/storage.objectCreator", check = "roles/storage.objectUser" }
  bucket   = google_storage_bucket.assets.name
  role     = each.value
  member   = "serviceAccount:${module.function[each.key].service_account}"

  condition {
    title      = "${var.name}-uploads-only"
    expression = "resource.name == \"${local.bucket_path}\" || resource.name.startsWith(\"${local.bucket_path}/objects/${local.uploads}\")"
  }
}

# These work with the files of jobs only, and read no file that a user sent. publish sends videos, and writes none.
resource "google_storage_bucket_iam_member" "jobs" {
  for_each = { plan = "roles/storage.objectUser", finish = "roles/storage.objectUser", publish = "roles/storage.objectViewer" }
  bucket   = google_storage_bucket.assets.name
  role     = each.value
  member   = "serviceAccount:${module.function[each.key].service_account}"

  condition {
    title      = "${var.name}-jobs-only"
    expression = "resource.name == \"${local.bucket_path}\" || resource.name.startsWith(\"${local.bucket_path}/objects/${local.jobs}\")"
  }
}

# api stores the plans of a batch, once; plan reads those whose rows it starts.
resource "google_storage_bucket_iam_member" "batches" {
  for_each = { api = "roles/storage.objectCreator", plan = "roles/storage.objectViewer" }
  bucket   = google_storage_bucket.assets.name
  role     = each.value
  member   = "serviceAccount:${module.function[each.key].service_account}"

  condition {
    title      = "${var.name}-batches-only"
    expression = "resource.name == \"${local.bucket_path}\" || resource.name.startsWith(\"${local.bucket_path}/objects/batches/\")"
  }
}

# publish writes videos and their manifests into the bucket of the destination `bucket`, which may be another project's.
resource "google_storage_bucket_iam_member" "published" {
  for_each = var.publish_bucket == "" ? {} : { (local.publish_place.bucket) = local.publish_place.prefix }
  bucket   = each.key
  role     = "roles/storage.objectUser"
  member   = "serviceAccount:${module.function["publish"].service_account}"

  dynamic "condition" {
    for_each = each.value == "" ? [] : ["projects/_/buckets/${each.key}"]
    content {
      title      = "${var.name}-published-only"
      expression = "resource.name == \"${condition.value}\" || resource.name.startsWith(\"${condition.value}/objects/${each.value}/\")"
    }
  }
}

# retention looks for what is stored, and reads or deletes nothing: the functions of its messages do. No ready-made role has
# just that.
resource "google_project_iam_custom_role" "blob_lister" {
  role_id     = "${replace(var.name, "-", "_")}_blob_lister"
  title       = "Sutradhar: lists files"
  description = "See names, sizes and times of files, not their contents"
  permissions = ["storage.objects.list"]
  depends_on  = [google_project_service.this]
}

resource "google_storage_bucket_iam_member" "lister" {
  bucket = google_storage_bucket.assets.name
  role   = google_project_iam_custom_role.blob_lister.id
  member = "serviceAccount:${module.function["retention"].service_account}"
}

# The sweep writes the files of the audit log, and reads nothing.
resource "google_storage_bucket_iam_member" "audit" {
  bucket = google_storage_bucket.assets.name
  role   = "roles/storage.objectUser"
  member = "serviceAccount:${module.function["sweep"].service_account}"

  condition {
    title      = "${var.name}-audit-only"
    expression = "resource.name.startsWith(\"${local.bucket_path}/objects/audit/\")"
  }
}

# api only hands out URLs of finished videos, dead_letter only looks up the cause that was noted.
resource "google_storage_bucket_iam_member" "readers" {
  for_each = toset(["api", "dead_letter"])
  bucket   = google_storage_bucket.assets.name
  role     = "roles/storage.objectViewer"
  member   = "serviceAccount:${module.function[each.key].service_account}"
}

locals {
  publish_place = try(regex("^gs://(?P<bucket>[^/]+)/?(?P<prefix>.*?)/?$", var.publish_bucket), { bucket = "", prefix = "" })
  bucket_path   = "projects/_/buckets/${google_storage_bucket.assets.name}"
  blob_users = {
    produce  = "serviceAccount:${module.function["produce"].service_account}"
    dispatch = "serviceAccount:${module.function["dispatch"].service_account}"
    renderer = "serviceAccount:${google_service_account.renderer.email}"
  }
}
