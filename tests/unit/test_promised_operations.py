"""The alerts and panels of the systems that ours replaces are there, with their limits."""

import json
from typing import Any

import pytest

from tests.unit.test_ops import OPS, read_rules

ALERTS: list[tuple[str, str, str | None, str]] = [
    ("PublishingBudgetBurns", "sutradhar:publishing_errors:ratio_30m > 6 * 0.01", None, "critical"),
    ("ServiceDown", 'up{job="sutradhar"} == 0', "2m", "critical"),
    ("LowDiskSpace", "disk_free_gb < 2", "5m", "critical"),
    ("DiskSpaceShrinks", "disk_free_gb < 5", "15m", "warning"),
    ("HighJobTimeoutRate", "> 0.1", None, "critical"),
    ("JobsFarTooSlow", "p95_1h / on (length) group_left () sutradhar:job_seconds:p95_objective > 2", "15m", "critical"),
    ("JobsTooSlow", "p95_1h / on (length) group_left () sutradhar:job_seconds:p95_objective > 1.5", "1h", "warning"),
    ("HighQueueDepth", "queue_depth > 20", "10m", "warning"),
    ("QueueBacklog", "queue_depth > 100", "10m", "critical"),
    ("ProviderRefusesCalls", '(increase(provider_errors_total{code="429"}[1h])) > 5', None, "warning"),
    ("ApiSlow", "sutradhar:http_seconds:p99_5m > 2", "5m", "warning"),
]
"""Names, the ends of their expressions, for how long these hold, and severities; docs/parity.md has the promises."""
PANELS = {
    "uptime": "avg_over_time(up",
    "errors": "sutradhar:http_errors:ratio_1h",
    "success": "sutradhar:job_errors:ratio_7d",
    "jobs started": "increase(jobs_started_total[1h])",
    "jobs succeeded": "increase(jobs_succeeded_total[1h])",
    "jobs failed": "increase(jobs_failed_total[1h])",
    "active jobs": "active_jobs",
    "p95 by length": "sutradhar:job_seconds:p95_1h",
    "p99 by length": "sutradhar:job_seconds:p99_7d",
    "timeouts": "increase(job_timeouts_total[1h])",
    "videos by encoder": "sum by (encoder) (increase(renders_total[1h]))",
    "publications missed": "sutradhar:publishing_errors:ratio_1h",
    "failures of publishing by reason": "sum by (destination, outcome, reason) (increase(publications_due_total",
    "free disk": "disk_free_gb",
    "refusals of providers": "sum by (provider, code) (increase(provider_errors_total[1h]))",
    "failures by error": "sum by (error, cause) (increase(jobs_failed_total[1h]))",
    "rate limit": "increase(rate_limit_hits_total[1h])",
    "quotas": "increase(quota_violations_total[1h])",
    "p99 of requests": "sutradhar:http_seconds:p99_5m",
    "sound": 'step_duration_seconds_bucket{step="render.sound"}',
}


@pytest.mark.parametrize(("name", "end", "lasts", "severity"), ALERTS)
def test_an_alert_has_the_limit_that_was_promised(name: str, end: str, lasts: str | None, severity: str) -> None:
    (rule,) = [rule for rule in read_rules() if rule.get("alert") == name]
    assert " ".join(rule["expr"].split()).endswith(end)
    assert (rule.get("for"), rule["labels"]["severity"]) == (lasts, severity)


def test_the_objectives_are_those_that_were_promised() -> None:
    rules = {rule["record"]: rule["expr"] for rule in read_rules() if "record" in rule}
    minutes = {"p95": (2, 5, 15, 30), "p99": (3, 8, 25, 45)}
    for name, limits in minutes.items():
        expr = rules[f"sutradhar:job_seconds:{name}_objective"]
        lengths = ("30s", "60s", "5min", "10min")
        for limit, length in zip(limits, lengths, strict=True):
            assert f'vector({60 * limit}), "length", "{length}"' in expr
    assert "histogram_quantile(0.99" in rules["sutradhar:http_seconds:p99_5m"]
    assert "histogram_quantile(0.95" in rules["sutradhar:job_seconds:p95_7d"]
    assert "[7d]" in rules["sutradhar:job_seconds:p95_7d"]


@pytest.mark.parametrize("expr", PANELS.values(), ids=PANELS)
def test_the_dashboard_shows_what_was_promised(expr: str) -> None:
    panels: list[dict[str, Any]] = json.loads((OPS / "dashboard.json").read_text("utf-8"))["panels"]
    assert [panel["title"] for panel in panels if any(expr in target["expr"] for target in panel["targets"])]
