# Google calls /health from outside. Only a public API lets it in: a private one is watched by its requests and by the queue.
resource "google_monitoring_uptime_check_config" "api" {
  count        = var.public_api ? 1 : 0
  display_name = "${var.name} api"
  timeout      = "10s"
  period       = "60s"

  http_check {
    path         = "/health"
    port         = 443
    use_ssl      = true
    validate_ssl = true
  }
  monitored_resource {
    type = "uptime_url"
    labels = {
      project_id = var.project
      host       = replace(module.function["api"].uri, "https://", "")
    }
  }
  depends_on = [google_project_service.this]
}

resource "google_monitoring_alert_policy" "down" {
  count                 = var.public_api ? 1 : 0
  display_name          = "${var.name}: API: /health does not answer"
  combiner              = "OR"
  severity              = "CRITICAL"
  notification_channels = local.channels

  conditions {
    display_name = "/health fails from more than one place for 2 minutes"
    condition_threshold {
      filter          = "resource.type=\"uptime_url\" AND metric.type=\"monitoring.googleapis.com/uptime_check/check_passed\" AND metric.labels.check_id=\"${google_monitoring_uptime_check_config.api[0].uptime_check_id}\""
      comparison      = "COMPARISON_GT"
      threshold_value = 1
      duration        = "120s"
      aggregations {
        alignment_period     = "60s"
        per_series_aligner   = "ALIGN_NEXT_OLDER"
        cross_series_reducer = "REDUCE_COUNT_FALSE"
      }
    }
  }
  documentation {
    content = "See docs/ops/runbook.md, ServiceDown."
  }
  depends_on = [google_project_service.this]
}
