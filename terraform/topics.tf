locals {
  topics = ["plan", "produce", "dispatch", "finish", "check", "webhook", "publish"]
  # who sends what: each function, also what its job owes when a message comes again
  publishers = {
    plan     = ["api", "plan", "produce", "dispatch", "finish", "dead_letter", "sweep"]
    produce  = ["api", "plan", "produce", "dead_letter", "sweep"]
    dispatch = ["api", "plan", "produce", "dispatch", "finish", "dead_letter", "sweep", "retention"]
    finish   = ["dispatch", "dead_letter"]
    check    = ["api", "check", "sweep", "dead_letter", "retention"]
    webhook  = ["api", "plan", "produce", "dispatch", "finish", "webhook", "publish", "dead_letter", "sweep"]
    publish  = ["api", "plan", "produce", "dispatch", "finish", "publish", "publish_due", "dead_letter", "sweep"]
  }
  pubsub_agent = "serviceAccount:service-${data.google_project.this.number}@gcp-sa-pubsub.iam.gserviceaccount.com"
}

resource "google_pubsub_topic" "this" {
  for_each                   = toset(local.topics)
  name                       = "${var.name}-${each.key}"
  message_retention_duration = "86400s" # a day's messages can be replayed after a mistake
  labels                     = { app = var.name, topic = each.key }
  depends_on                 = [google_project_service.this]
}

resource "google_pubsub_topic" "dead_letter" {
  name                       = "${var.name}-dead-letter"
  message_retention_duration = "2592000s"
  labels                     = { app = var.name, topic = "dead-letter" }
  depends_on                 = [google_project_service.this]
}

# Push, since Eventarc's own subscriptions can be given neither a dead letter policy nor a backoff here. functions-framework
# makes the CloudEvent out of Pub/Sub's envelope when the path names the topic.
resource "google_pubsub_subscription" "this" {
  for_each             = google_pubsub_topic.this
  name                 = each.value.name
  topic                = each.value.id
  ack_deadline_seconds = 600

  push_config {
    push_endpoint = "${module.function[each.key].uri}/projects/${var.project}/topics/${each.value.name}"
    oidc_token {
      service_account_email = google_service_account.pusher.email
      audience              = module.function[each.key].uri
    }
  }
  retry_policy {
    minimum_backoff = "10s"
    maximum_backoff = "600s"
  }
  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.dead_letter.id
    max_delivery_attempts = 10 # with the backoff above over 20 minutes: longer than any lease lasts
  }
  expiration_policy {
    ttl = "" # never
  }
}

resource "google_pubsub_subscription" "dead_letter" {
  name                       = google_pubsub_topic.dead_letter.name
  topic                      = google_pubsub_topic.dead_letter.id
  ack_deadline_seconds       = 600
  message_retention_duration = "2592000s"

  push_config {
    push_endpoint = "${module.function["dead_letter"].uri}/projects/${var.project}/topics/${google_pubsub_topic.dead_letter.name}"
    oidc_token {
      service_account_email = google_service_account.pusher.email
      audience              = module.function["dead_letter"].uri
    }
  }
  retry_policy {
    minimum_backoff = "10s"
    maximum_backoff = "600s"
  }
  expiration_policy {
    ttl = ""
  }
}

# In whose name Pub/Sub calls the functions.
resource "google_service_account" "pusher" {
  account_id   = "${var.name}-pusher"
  display_name = "Sutradhar: Pub/Sub's pushes"
  depends_on   = [google_project_service.this]
}

resource "google_service_account_iam_member" "pubsub_signs_as_pusher" {
  service_account_id = google_service_account.pusher.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = local.pubsub_agent
  depends_on         = [google_pubsub_topic.dead_letter] # the agent is there once Pub/Sub has been used
}

resource "google_cloud_run_v2_service_iam_member" "pusher" {
  for_each = toset(concat(local.topics, ["dead_letter"]))
  name     = module.function[each.key].service
  location = var.region
  role     = "roles/run.invoker"
  member   = "serviceAccount:${google_service_account.pusher.email}"
}

# Pub/Sub itself moves a message: it takes it from the subscription and publishes it as a dead letter.
resource "google_pubsub_subscription_iam_member" "agent" {
  for_each     = google_pubsub_subscription.this
  subscription = each.value.name
  role         = "roles/pubsub.subscriber"
  member       = local.pubsub_agent
}

resource "google_pubsub_topic_iam_member" "agent" {
  topic  = google_pubsub_topic.dead_letter.id
  role   = "roles/pubsub.publisher"
  member = local.pubsub_agent
}

resource "google_pubsub_topic_iam_member" "publisher" {
  for_each = { for pair in flatten([
    for topic, names in local.publishers : [for name in names : { topic = topic, name = name }]
  ]) : "${pair.name} to ${pair.topic}" => pair }
  topic  = google_pubsub_topic.this[each.value.topic].id
  role   = "roles/pubsub.publisher"
  member = "serviceAccount:${module.function[each.value.name].service_account}"
}

resource "google_pubsub_topic_iam_member" "renderer" {
  topic  = google_pubsub_topic.this["finish"].id
  role   = "roles/pubsub.publisher"
  member = "serviceAccount:${google_service_account.renderer.email}"
}
