locals {
  # the log line of every move of a job: shared/sutradhar/pipeline/services.py
  moved = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=~\"^${var.name}-\" AND jsonPayload.event=\"job_moved\""
  # p95 from the request to the video, by the requested length; the same promises as domain/capacity.py
  lengths = {
    to_30s  = { above = 0, up_to = 30, promised_sec = 120 }
    to_60s  = { above = 30, up_to = 60, promised_sec = 300 }
    to_300s = { above = 60, up_to = 300, promised_sec = 900 }
    to_600s = { above = 300, up_to = 600, promised_sec = 1800 }
  }
  channels = [for channel in google_monitoring_notification_channel.mail : channel.id]
  backlog  = "resource.type=\"pubsub_subscription\" AND resource.labels.subscription_id=monitoring.regex.full_match(\"${var.name}-.*\")"
  api      = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"${var.name}-api\" AND metric.type=\"run.googleapis.com/request_count\""
  storage  = "resource.type=\"gcs_bucket\" AND resource.labels.bucket_name=\"${google_storage_bucket.assets.name}\" AND metric.type=\"storage.googleapis.com/api/request_count\""
}

resource "google_monitoring_notification_channel" "mail" {
  count        = var.alert_email == "" ? 0 : 1
  display_name = "${var.name} by mail"
  type         = "email"
  labels       = { email_address = var.alert_email }
  depends_on   = [google_project_service.this]
}

resource "google_logging_metric" "jobs_ended" {
  name        = "${var.name}/jobs_ended"
  description = "Jobs that succeeded or failed; a job that is retried ends again"
  filter      = "${local.moved} AND jsonPayload.state=(\"SUCCEEDED\" OR \"FAILED\")"

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    labels {
      key        = "state"
      value_type = "STRING"
    }
    labels {
      key        = "error_stage"
      value_type = "STRING"
    }
  }
  label_extractors = {
    state       = "EXTRACT(jsonPayload.state)"
    error_stage = "EXTRACT(jsonPayload.error_stage)"
  }
  depends_on = [google_project_service.this]
}

resource "google_logging_metric" "job_seconds" {
  for_each    = local.lengths
  name        = "${var.name}/job_seconds_${each.key}"
  description = "Time from the request to the video, of jobs of more than ${each.value.above} and up to ${each.value.up_to} s"
  filter      = "${local.moved} AND jsonPayload.state=\"SUCCEEDED\" AND jsonPayload.wanted_seconds>${each.value.above} AND jsonPayload.wanted_seconds<=${each.value.up_to}"

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "DISTRIBUTION"
    unit        = "s"
  }
  value_extractor = "EXTRACT(jsonPayload.total_seconds)"
  bucket_options {
    exponential_buckets {
      num_finite_buckets = 40
      growth_factor      = 1.2
      scale              = 5
    }
  }
  depends_on = [google_project_service.this]
}

resource "google_logging_metric" "poison" {
  name        = "${var.name}/poison_messages"
  description = "Messages that no function understands"
  filter      = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"${var.name}-dead-letter\" AND jsonPayload.event=\"poison_message\""

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
  }
  depends_on = [google_project_service.this]
}

locals {
  # share of what went wrong, over an hour, against the objective
  ratios = {
    api = {
      title = "API: more than 0.1 % of requests end in a 5xx", limit = 0.001
      bad   = "${local.api} AND metric.labels.response_code_class=\"5xx\"", all = local.api
    }
    jobs = {
      title = "Jobs: more than 0.5 % fail", limit = 0.005
      bad   = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.jobs_ended.name}\" AND resource.type=\"cloud_run_revision\" AND metric.labels.state=\"FAILED\""
      all   = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.jobs_ended.name}\" AND resource.type=\"cloud_run_revision\""
    }
    storage = {
      title = "Storage: more than 0.1 % of calls fail", limit = 0.001
      bad   = "${local.storage} AND metric.labels.response_code=one_of(\"INTERNAL\",\"UNAVAILABLE\",\"DEADLINE_EXCEEDED\",\"RESOURCE_EXHAUSTED\")", all = local.storage
    }
  }
  thresholds = merge({
    queue = {
      title = "Queue: more than 500 messages wait", filter = "${local.backlog} AND metric.type=\"pubsub.googleapis.com/subscription/num_undelivered_messages\""
      limit = 500, aligner = "ALIGN_MAX", lasts = "600s"
    }
    oldest = {
      title = "Queue: the oldest message waits longer than 15 minutes", filter = "${local.backlog} AND metric.type=\"pubsub.googleapis.com/subscription/oldest_unacked_message_age\""
      limit = 900, aligner = "ALIGN_MAX", lasts = "300s"
    }
    dead = {
      title = "Dead letters: a message was given up", filter = "${local.backlog} AND metric.type=\"pubsub.googleapis.com/subscription/dead_letter_message_count\""
      limit = 0, aligner = "ALIGN_DELTA", lasts = "0s"
    }
    poison = {
      title = "Dead letters: no function understands a message", filter = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.poison.name}\" AND resource.type=\"cloud_run_revision\""
      limit = 0, aligner = "ALIGN_DELTA", lasts = "0s"
    }
    disk = {
      title = "Renderer: its memory, which holds its files as well, is nine tenths full", filter = "resource.type=\"cloud_run_job\" AND resource.labels.job_name=monitoring.regex.full_match(\"${var.name}-renderer.*\") AND metric.type=\"run.googleapis.com/container/memory/utilizations\""
      limit = 0.9, aligner = "ALIGN_PERCENTILE_99", lasts = "0s"
    }
    }, {
    for key, length in local.lengths : "slow_${key}" => {
      title = "Jobs: p95 of videos up to ${length.up_to} s is over ${length.promised_sec} s", filter = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.job_seconds[key].name}\" AND resource.type=\"cloud_run_revision\""
      limit = length.promised_sec, aligner = "ALIGN_PERCENTILE_95", lasts = "0s"
    }
  })
}

resource "google_monitoring_alert_policy" "ratio" {
  for_each              = local.ratios
  display_name          = "${var.name}: ${each.value.title}"
  combiner              = "OR"
  notification_channels = local.channels

  conditions {
    display_name = each.value.title
    condition_threshold {
      filter             = each.value.bad
      denominator_filter = each.value.all
      comparison         = "COMPARISON_GT"
      threshold_value    = each.value.limit
      duration           = "0s"
      aggregations {
        alignment_period     = "3600s"
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_SUM"
      }
      denominator_aggregations {
        alignment_period     = "3600s"
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }
  documentation {
    content = "See docs/deploy.md, When something goes wrong."
  }
  depends_on = [google_project_service.this]
}

resource "google_monitoring_alert_policy" "threshold" {
  for_each              = local.thresholds
  display_name          = "${var.name}: ${each.value.title}"
  combiner              = "OR"
  notification_channels = local.channels

  conditions {
    display_name = each.value.title
    condition_threshold {
      filter          = each.value.filter
      comparison      = "COMPARISON_GT"
      threshold_value = each.value.limit
      duration        = each.value.lasts
      aggregations {
        alignment_period   = "300s"
        per_series_aligner = each.value.aligner
      }
    }
  }
  documentation {
    content = "See docs/deploy.md, When something goes wrong."
  }
  depends_on = [google_project_service.this]
}

resource "google_monitoring_dashboard" "this" {
  depends_on = [google_project_service.this]
  dashboard_json = jsonencode({
    displayName = var.name
    mosaicLayout = {
      columns = 12
      tiles = [for index, chart in concat(
        [
          { title = "Jobs ended, by state", filter = local.ratios.jobs.all, aligner = "ALIGN_DELTA", by = ["metric.label.state"] },
          { title = "API requests, by class of answer", filter = local.api, aligner = "ALIGN_RATE", by = ["metric.label.response_code_class"] },
          { title = "Storage calls, by answer", filter = local.storage, aligner = "ALIGN_RATE", by = ["metric.label.response_code"] },
        ],
        [for key in sort(keys(local.thresholds)) : {
          title = local.thresholds[key].title, filter = local.thresholds[key].filter, aligner = local.thresholds[key].aligner, by = []
        }],
        ) : {
        xPos   = index % 2 * 6
        yPos   = floor(index / 2) * 4
        width  = 6
        height = 4
        widget = {
          title = chart.title
          xyChart = {
            dataSets = [{
              plotType = "LINE"
              timeSeriesQuery = {
                timeSeriesFilter = {
                  filter = chart.filter
                  aggregation = {
                    alignmentPeriod    = "300s"
                    perSeriesAligner   = chart.aligner
                    crossSeriesReducer = length(chart.by) > 0 ? "REDUCE_SUM" : "REDUCE_NONE"
                    groupByFields      = chart.by
                  }
                }
              }
            }]
          }
        }
      }]
    }
  })
}
