locals {
  # the log line of every move of a job: shared/sutradhar/pipeline/services.py
  moved = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=~\"^${var.name}-\" AND jsonPayload.event=\"job_moved\""
  # p95 and p99 from the request to the video, by the requested length; the p95 are those of domain/video/capacity.py
  lengths = {
    to_30s  = { above = 0, up_to = 30, promised_sec = 120, p99_sec = 180 }
    to_60s  = { above = 30, up_to = 60, promised_sec = 300, p99_sec = 480 }
    to_300s = { above = 60, up_to = 300, promised_sec = 900, p99_sec = 1500 }
    to_600s = { above = 300, up_to = 600, promised_sec = 1800, p99_sec = 2700 }
  }
  channels = [for channel in google_monitoring_notification_channel.mail : channel.id]
  backlog  = "resource.type=\"pubsub_subscription\" AND resource.labels.subscription_id=monitoring.regex.full_match(\"${var.name}-.*\")"
  waiting  = "resource.type=\"pubsub_subscription\" AND resource.labels.subscription_id=\"${var.name}-plan\" AND metric.type=\"pubsub.googleapis.com/subscription/num_undelivered_messages\""
  api      = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"${var.name}-api\" AND metric.type=\"run.googleapis.com/request_count\""
  renderer = "resource.type=\"cloud_run_job\" AND resource.labels.job_name=monitoring.regex.full_match(\"${var.name}-renderer.*\")"
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
    labels {
      key        = "user_error"
      value_type = "STRING"
    }
    labels {
      key        = "timeout"
      value_type = "STRING"
    }
  }
  label_extractors = {
    state       = "EXTRACT(jsonPayload.state)"
    error_stage = "EXTRACT(jsonPayload.error_stage)"
    user_error  = "EXTRACT(jsonPayload.user_error)"
    timeout     = "EXTRACT(jsonPayload.timeout)"
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
    labels {
      key        = "mode"
      value_type = "STRING"
    }
  }
  label_extractors = { mode = "EXTRACT(jsonPayload.render_mode)" }
  value_extractor  = "EXTRACT(jsonPayload.total_seconds)"
  bucket_options {
    exponential_buckets {
      num_finite_buckets = 40
      growth_factor      = 1.2
      scale              = 5
    }
  }
  depends_on = [google_project_service.this]
}

# shared/sutradhar/pipeline/publishing/store.py
resource "google_logging_metric" "publications_judged" {
  name        = "${var.name}/publications_judged"
  description = "Publications whose time has come, by whether the video could be seen in time; one that is retried counts again"
  filter      = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=~\"^${var.name}-\" AND jsonPayload.event=\"publication_judged\""

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    labels {
      key        = "destination"
      value_type = "STRING"
    }
    labels {
      key        = "outcome"
      value_type = "STRING"
    }
    labels {
      key        = "reason"
      value_type = "STRING"
    }
  }
  label_extractors = {
    destination = "EXTRACT(jsonPayload.destination)"
    outcome     = "EXTRACT(jsonPayload.outcome)"
    reason      = "EXTRACT(jsonPayload.reason)"
  }
  depends_on = [google_project_service.this]
}

resource "google_logging_metric" "provider_errors" {
  name        = "${var.name}/provider_errors"
  description = "Failed calls of providers"
  filter      = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=~\"^${var.name}-\" AND jsonPayload.event=\"provider_failed\""

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    labels {
      key        = "provider"
      value_type = "STRING"
    }
    labels {
      key        = "code"
      value_type = "STRING"
    }
  }
  label_extractors = {
    provider = "EXTRACT(jsonPayload.provider)"
    code     = "EXTRACT(jsonPayload.status)"
  }
  depends_on = [google_project_service.this]
}

# The breaker of a provider (domain/billing/breaker.py) has opened again and again for 15 minutes, without a success between.
resource "google_logging_metric" "provider_pauses" {
  name        = "${var.name}/provider_pauses"
  description = "Pauses of providers that have lasted for 15 minutes"
  filter      = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=~\"^${var.name}-\" AND jsonPayload.event=\"provider_paused\" AND jsonPayload.paused_seconds>=900"

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    labels {
      key        = "provider"
      value_type = "STRING"
    }
  }
  label_extractors = { provider = "EXTRACT(jsonPayload.provider)" }
  depends_on       = [google_project_service.this]
}

resource "google_logging_metric" "refused" {
  name        = "${var.name}/requests_refused"
  description = "Requests that a rate limit, a quota or a budget refused"
  filter      = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"${var.name}-api\" AND jsonPayload.event=\"request\" AND jsonPayload.status=(402 OR 429)"

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    labels {
      key        = "code"
      value_type = "STRING"
    }
  }
  label_extractors = {
    code = "EXTRACT(jsonPayload.status)"
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
  judged     = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.publications_judged.name}\" AND resource.type=\"cloud_run_revision\""
  jobs_ended = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.jobs_ended.name}\" AND resource.type=\"cloud_run_revision\""
  # what went wrong and everything, against the share that may go wrong; failures that callers caused count in neither
  ratios = {
    api = {
      title = "API: requests end in a 5xx, and the objective is 99.9 %", budget = 0.001, alert = "ApiBudgetBurns"
      bad   = "${local.api} AND metric.labels.response_code_class=\"5xx\"", all = local.api
    }
    jobs = {
      title = "Jobs: more fail than the objective of 99.5 % allows", budget = 0.005, alert = "JobBudgetBurns"
      bad   = "${local.jobs_ended} AND metric.labels.state=\"FAILED\" AND metric.labels.user_error!=\"true\""
      all   = "${local.jobs_ended} AND metric.labels.user_error!=\"true\""
    }
    publishing = {
      title = "Publishing: more videos are late than the objective of 99 % allows", budget = 0.01, alert = "PublishingBudgetBurns"
      bad   = "${local.judged} AND metric.labels.outcome=\"missed\"", all = "${local.judged} AND metric.labels.outcome!=\"excused\""
    }
  }
  # SRE Workbook, chapter 5: the rate at which a month's budget is spent, over a long window and a short one, which ends the
  # alert soon after its cause. Cloud Monitoring looks back for 25 hours at most, so the slow one is 3 times over a day.
  burn_rates = {
    fast   = { rate = 14.4, long = "3600s", short = "300s", severity = "CRITICAL", suffix = "Fast" }
    medium = { rate = 6, long = "21600s", short = "1800s", severity = "CRITICAL", suffix = "" }
    slow   = { rate = 3, long = "86400s", short = "7200s", severity = "WARNING", suffix = "Slowly" }
  }
  burns = { for pair in setproduct(keys(local.ratios), keys(local.burn_rates)) : "${pair[0]}_${pair[1]}" => merge(
    local.ratios[pair[0]], local.burn_rates[pair[1]], { runbook = "${local.ratios[pair[0]].alert}${local.burn_rates[pair[1]].suffix}" }
  ) }
  thresholds = merge({
    queue = {
      title   = "Queue: more than 100 jobs wait for their plan", filter = local.waiting
      limit   = 100, aligner = "ALIGN_MAX", lasts = "600s", period = "300s", severity = "CRITICAL", runbook = "QueueBacklog"
      reducer = "REDUCE_NONE", by = []
    }
    queue_grows = {
      title   = "Queue: more than 20 jobs wait for their plan", filter = local.waiting
      limit   = 20, aligner = "ALIGN_MAX", lasts = "600s", period = "300s", severity = "WARNING", runbook = "HighQueueDepth"
      reducer = "REDUCE_NONE", by = []
    }
    oldest = {
      title   = "Queue: the oldest message waits longer than 15 minutes", filter = "${local.backlog} AND metric.type=\"pubsub.googleapis.com/subscription/oldest_unacked_message_age\""
      limit   = 900, aligner = "ALIGN_MAX", lasts = "300s", period = "300s", severity = "CRITICAL", runbook = "JobWaitsTooLong"
      reducer = "REDUCE_NONE", by = []
    }
    dead = {
      title   = "Dead letters: a message was given up", filter = "${local.backlog} AND metric.type=\"pubsub.googleapis.com/subscription/dead_letter_message_count\""
      limit   = 0, aligner = "ALIGN_DELTA", lasts = "0s", period = "300s", severity = "CRITICAL", runbook = "DeadLetters"
      reducer = "REDUCE_NONE", by = []
    }
    poison = {
      title   = "Dead letters: no function understands a message", filter = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.poison.name}\" AND resource.type=\"cloud_run_revision\""
      limit   = 0, aligner = "ALIGN_DELTA", lasts = "0s", period = "300s", severity = "CRITICAL", runbook = "DeadLetters"
      reducer = "REDUCE_NONE", by = []
    }
    disk = {
      title   = "Renderer: its memory, which holds its files as well, is over 85 % full", filter = "${local.renderer} AND metric.type=\"run.googleapis.com/container/memory/utilizations\""
      limit   = 0.85, aligner = "ALIGN_PERCENTILE_99", lasts = "600s", period = "300s", severity = "WARNING", runbook = "RendererMemory"
      reducer = "REDUCE_NONE", by = []
    }
    latency = {
      title   = "API: p99 of its answers is over 2 s", filter = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"${var.name}-api\" AND metric.type=\"run.googleapis.com/request_latencies\""
      limit   = 2000, aligner = "ALIGN_DELTA", lasts = "300s", period = "300s", severity = "WARNING", runbook = "ApiSlow"
      reducer = "REDUCE_PERCENTILE_99", by = []
    }
    provider_busy = {
      title   = "Providers: over 5 calls in an hour were refused as too many", filter = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.provider_errors.name}\" AND resource.type=\"cloud_run_revision\" AND metric.labels.code=\"429\""
      limit   = 5, aligner = "ALIGN_DELTA", lasts = "0s", period = "3600s", severity = "WARNING", runbook = "ProviderRefusesCalls"
      reducer = "REDUCE_SUM", by = ["metric.label.provider"]
    }
    provider_paused = {
      title   = "Providers: one is not called for 15 minutes, because its calls fail", filter = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.provider_pauses.name}\" AND resource.type=\"cloud_run_revision\""
      limit   = 0, aligner = "ALIGN_DELTA", lasts = "0s", period = "300s", severity = "WARNING", runbook = "ProviderPaused"
      reducer = "REDUCE_SUM", by = ["metric.label.provider"]
    }
    }, {
    for key, length in local.lengths : "slow_${key}" => {
      title   = "Jobs: p95 of videos up to ${length.up_to} s is over ${length.promised_sec} s by half, for an hour", filter = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.job_seconds[key].name}\" AND resource.type=\"cloud_run_revision\""
      limit   = length.promised_sec * 1.5, aligner = "ALIGN_DELTA", lasts = "3600s", period = "3600s", severity = "WARNING", runbook = "JobsTooSlow"
      reducer = "REDUCE_PERCENTILE_95", by = ["metric.label.mode"]
    }
    }, {
    for key, length in local.lengths : "far_too_slow_${key}" => {
      title   = "Jobs: p95 of videos up to ${length.up_to} s is over ${length.promised_sec} s twice, for 15 minutes", filter = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.job_seconds[key].name}\" AND resource.type=\"cloud_run_revision\""
      limit   = length.promised_sec * 2, aligner = "ALIGN_DELTA", lasts = "900s", period = "3600s", severity = "CRITICAL", runbook = "JobsFarTooSlow"
      reducer = "REDUCE_PERCENTILE_95", by = ["metric.label.mode"]
    }
    }, {
    # an alert looks back for 25 hours at most, its duration included, and not for a week
    for key, length in local.lengths : "slowest_${key}" => {
      title   = "Jobs: p99 of videos up to ${length.up_to} s is over ${length.p99_sec} s in a day", filter = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.job_seconds[key].name}\" AND resource.type=\"cloud_run_revision\""
      limit   = length.p99_sec, aligner = "ALIGN_DELTA", lasts = "3600s", period = "86400s", severity = "WARNING", runbook = "SlowestJobsTooSlow"
      reducer = "REDUCE_PERCENTILE_99", by = ["metric.label.mode"]
    }
  })
  shares = {
    timeouts = {
      title = "Jobs: over a tenth never came to an end", limit = 0.1, severity = "CRITICAL", runbook = "HighJobTimeoutRate"
      bad   = "${local.jobs_ended} AND metric.labels.timeout=\"true\"", all = local.jobs_ended
    }
    storage = {
      title = "Storage: more than 0.1 % of calls fail", limit = 0.001, severity = "WARNING", runbook = "StorageErrors"
      bad   = "${local.storage} AND metric.labels.response_code=one_of(\"INTERNAL\",\"UNAVAILABLE\",\"DEADLINE_EXCEEDED\",\"RESOURCE_EXHAUSTED\")", all = local.storage
    }
  }
}

# Both windows must burn.
resource "google_monitoring_alert_policy" "burn" {
  for_each              = local.burns
  display_name          = "${var.name}: ${each.value.title} (${each.value.rate} times too many)"
  combiner              = "AND"
  severity              = each.value.severity
  notification_channels = local.channels

  dynamic "conditions" {
    for_each = [each.value.long, each.value.short]
    content {
      display_name = "${each.value.title}, over ${conditions.value}"
      condition_threshold {
        filter             = each.value.bad
        denominator_filter = each.value.all
        comparison         = "COMPARISON_GT"
        threshold_value    = tonumber(format("%.6f", each.value.rate * each.value.budget)) # the product has more digits than the state keeps
        duration           = "0s"
        aggregations {
          alignment_period     = conditions.value
          per_series_aligner   = "ALIGN_DELTA"
          cross_series_reducer = "REDUCE_SUM"
        }
        denominator_aggregations {
          alignment_period     = conditions.value
          per_series_aligner   = "ALIGN_DELTA"
          cross_series_reducer = "REDUCE_SUM"
        }
      }
    }
  }
  documentation {
    content = "See docs/ops/runbook.md, ${each.value.runbook}."
  }
  depends_on = [google_project_service.this]
}

resource "google_monitoring_alert_policy" "ratio" {
  for_each              = local.shares
  display_name          = "${var.name}: ${each.value.title}"
  combiner              = "OR"
  severity              = each.value.severity
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
    content = "See docs/ops/runbook.md, ${each.value.runbook}."
  }
  depends_on = [google_project_service.this]
}

resource "google_monitoring_alert_policy" "threshold" {
  for_each              = local.thresholds
  display_name          = "${var.name}: ${each.value.title}"
  combiner              = "OR"
  severity              = each.value.severity
  notification_channels = local.channels

  conditions {
    display_name = each.value.title
    condition_threshold {
      filter          = each.value.filter
      comparison      = "COMPARISON_GT"
      threshold_value = each.value.limit
      duration        = each.value.lasts
      aggregations {
        alignment_period     = each.value.period
        per_series_aligner   = each.value.aligner
        cross_series_reducer = each.value.reducer
        group_by_fields      = each.value.by
      }
    }
  }
  documentation {
    content = "See docs/ops/runbook.md, ${each.value.runbook}."
  }
  depends_on = [google_project_service.this]
}

# Silence is no data at all, so it must count as a breach.
resource "google_monitoring_alert_policy" "tick" {
  display_name          = "${var.name}: Publishing: no publication was looked for in 10 minutes"
  combiner              = "OR"
  severity              = "CRITICAL"
  notification_channels = local.channels

  conditions {
    display_name = "publish_due has not succeeded once in 5 minutes"
    condition_threshold {
      filter                  = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"${var.name}-publish-due\" AND metric.type=\"run.googleapis.com/request_count\" AND metric.labels.response_code_class=\"2xx\""
      comparison              = "COMPARISON_LT"
      threshold_value         = 1
      duration                = "300s"
      evaluation_missing_data = "EVALUATION_MISSING_DATA_ACTIVE"
      aggregations {
        alignment_period     = "300s"
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }
  documentation {
    content = "See docs/ops/runbook.md, PublishTickSilent."
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
          { title = "Jobs ended, by state", filter = local.ratios.jobs.all, aligner = "ALIGN_DELTA", reducer = "REDUCE_SUM", by = ["metric.label.state"] },
          { title = "API requests, by class of answer", filter = local.api, aligner = "ALIGN_RATE", reducer = "REDUCE_SUM", by = ["metric.label.response_code_class"] },
          { title = "Jobs failed, by error", filter = local.ratios.jobs.bad, aligner = "ALIGN_DELTA", reducer = "REDUCE_SUM", by = ["metric.label.error_stage"] },
          { title = "Jobs that never came to an end", filter = local.shares.timeouts.bad, aligner = "ALIGN_DELTA", reducer = "REDUCE_SUM", by = ["metric.label.state"] },
          { title = "Publications whose time has come, by outcome", filter = local.judged, aligner = "ALIGN_DELTA", reducer = "REDUCE_SUM", by = ["metric.label.outcome"] },
          { title = "Publications missed or excused, by reason", filter = "${local.judged} AND metric.labels.outcome!=\"in_time\"", aligner = "ALIGN_DELTA", reducer = "REDUCE_SUM", by = ["metric.label.destination", "metric.label.reason"] },
          { title = "Provider errors, by code", filter = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.provider_errors.name}\" AND resource.type=\"cloud_run_revision\"", aligner = "ALIGN_DELTA", reducer = "REDUCE_SUM", by = ["metric.label.provider", "metric.label.code"] },
          { title = "Requests refused by limits, quotas and budgets", filter = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.refused.name}\" AND resource.type=\"cloud_run_revision\"", aligner = "ALIGN_DELTA", reducer = "REDUCE_SUM", by = ["metric.label.code"] },
          { title = "Instances at work, by function", filter = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=monitoring.regex.full_match(\"${var.name}-.*\") AND metric.type=\"run.googleapis.com/container/instance_count\"", aligner = "ALIGN_MAX", reducer = "REDUCE_SUM", by = ["resource.label.service_name"] },
          { title = "CPU of functions", filter = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=monitoring.regex.full_match(\"${var.name}-.*\") AND metric.type=\"run.googleapis.com/container/cpu/utilizations\"", aligner = "ALIGN_PERCENTILE_99", reducer = "REDUCE_NONE", by = [] },
          { title = "Memory of functions", filter = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=monitoring.regex.full_match(\"${var.name}-.*\") AND metric.type=\"run.googleapis.com/container/memory/utilizations\"", aligner = "ALIGN_PERCENTILE_99", reducer = "REDUCE_NONE", by = [] },
          { title = "CPU of the renderer", filter = "${local.renderer} AND metric.type=\"run.googleapis.com/container/cpu/utilizations\"", aligner = "ALIGN_PERCENTILE_99", reducer = "REDUCE_NONE", by = [] },
          { title = "Graphics card of the renderer", filter = "${local.renderer} AND metric.type=\"run.googleapis.com/container/gpu/utilizations\"", aligner = "ALIGN_PERCENTILE_99", reducer = "REDUCE_NONE", by = [] },
          { title = "Bytes in the bucket", filter = "resource.type=\"gcs_bucket\" AND resource.labels.bucket_name=\"${google_storage_bucket.assets.name}\" AND metric.type=\"storage.googleapis.com/storage/v2/total_bytes\"", aligner = "ALIGN_MEAN", reducer = "REDUCE_SUM", by = ["resource.label.bucket_name"] },
          { title = "Storage calls, by answer", filter = local.storage, aligner = "ALIGN_RATE", reducer = "REDUCE_SUM", by = ["metric.label.response_code"] },
        ],
        [for key in sort(keys(local.lengths)) : {
          title  = "p99 of videos up to ${local.lengths[key].up_to} s", aligner = "ALIGN_DELTA", reducer = "REDUCE_PERCENTILE_99", by = ["metric.label.mode"]
          filter = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.job_seconds[key].name}\" AND resource.type=\"cloud_run_revision\""
        }],
        [for key in sort(keys(local.thresholds)) : {
          title   = local.thresholds[key].title, filter = local.thresholds[key].filter, aligner = local.thresholds[key].aligner
          reducer = local.thresholds[key].reducer, by = local.thresholds[key].by
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
                    crossSeriesReducer = chart.reducer
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
