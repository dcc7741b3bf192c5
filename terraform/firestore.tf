resource "google_firestore_database" "this" {
  name                              = var.name
  location_id                       = var.region
  type                              = "FIRESTORE_NATIVE"
  concurrency_mode                  = "OPTIMISTIC"
  point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_ENABLED"
  delete_protection_state           = var.protect ? "DELETE_PROTECTION_ENABLED" : "DELETE_PROTECTION_DISABLED"
  deletion_policy                   = var.protect ? "ABANDON" : "DELETE"
  depends_on                        = [google_project_service.this]
}

# The sweep: unfinished jobs that no process has written to for a while, oldest first. The list of what our queries need is
# in shared/sutradhar/backends/gcp/indexes.py; a test compares the two.
resource "google_firestore_index" "jobs_unfinished" {
  database   = google_firestore_database.this.name
  collection = "jobs"

  fields {
    field_path = "over"
    order      = "ASCENDING"
  }
  fields {
    field_path = "updated_at"
    order      = "ASCENDING"
  }
}

# The library: every combination of its filters, in the order of creation.
locals {
  library_filters = {
    for filters in setsubtract(toset([
      for n in range(16) : join(" ", compact([
        for i, field in ["owner", "shown_state", "language", "prefixes"] : floor(n / pow(2, i)) % 2 == 1 ? field : ""
      ]))
    ]), [""]) : filters => split(" ", filters)
  }
}

resource "google_firestore_index" "library" {
  for_each   = local.library_filters
  database   = google_firestore_database.this.name
  collection = "jobs"

  dynamic "fields" {
    for_each = each.value
    content {
      field_path   = fields.value
      order        = fields.value == "prefixes" ? null : "ASCENDING"
      array_config = fields.value == "prefixes" ? "CONTAINS" : null
    }
  }
  fields {
    field_path = "created_at"
    order      = "DESCENDING"
  }
}

# Deliveries and other small records: every combination of the filters of a list, and what is due.
resource "google_firestore_index" "documents" {
  for_each = {
    newest             = []
    newest_owner       = ["owner"]
    newest_state       = ["state"]
    newest_owner_state = ["owner", "state"]
  }
  database   = google_firestore_database.this.name
  collection = "documents"

  dynamic "fields" {
    for_each = concat(["kind"], each.value)
    content {
      field_path = fields.value
      order      = "ASCENDING"
    }
  }
  fields {
    field_path = "created_at"
    order      = "DESCENDING"
  }
}

resource "google_firestore_index" "documents_due" {
  database   = google_firestore_database.this.name
  collection = "documents"

  fields {
    field_path = "kind"
    order      = "ASCENDING"
  }
  fields {
    field_path = "due_at"
    order      = "ASCENDING"
  }
}

resource "google_firestore_field" "expire_at" {
  for_each   = toset(["assets", "leases", "records", "documents"])
  database   = google_firestore_database.this.name
  collection = each.key
  field      = "expire_at"

  ttl_config {}
  index_config {} # no query needs it, and an index of ever later times is a hot spot
}

# What the library shows, and the words that only the indexes above search.
resource "google_firestore_field" "library" {
  for_each   = toset(["entry", "prefixes"])
  database   = google_firestore_database.this.name
  collection = "jobs"
  field      = each.key

  index_config {}
}

# Long texts that no query searches.
resource "google_firestore_field" "body" {
  for_each   = toset(["jobs", "assets", "records", "documents"])
  database   = google_firestore_database.this.name
  collection = each.key
  field      = "body"

  index_config {}
}

# The counts for the metrics: some hundred fields of a map, which are only read all together.
resource "google_firestore_field" "tallies" {
  database   = google_firestore_database.this.name
  collection = "tallies"
  field      = "totals"

  index_config {}
}

# The counts of each owner's days, which are read by the names of their documents.
resource "google_firestore_field" "day_tallies" {
  database   = google_firestore_database.this.name
  collection = "day_tallies"
  field      = "totals"

  index_config {}
}

resource "google_project_iam_member" "firestore" {
  for_each = { for name, function in module.function : name => function.service_account }
  project  = var.project
  role     = "roles/datastore.user"
  member   = "serviceAccount:${each.value}"

  condition {
    title      = "${var.name}-database-only"
    expression = "resource.name == \"projects/${var.project}/databases/${google_firestore_database.this.name}\""
  }
}
