"""Rules, dashboard and runbook fit the metrics that are exported, and promtool's tests of the rules pass."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from sutradhar.domain.jobs.metrics import METRICS
from sutradhar.domain.jobs.tallies import JOB_BUCKETS, LENGTHS

ROOT = Path(__file__).parents[2]
OPS = ROOT / "docs" / "ops"
_WORDS = {"by", "sum", "on", "and", "or", "vector", "label_replace", "increase", "rate", "histogram_quantile"}
_WORDS |= {"avg_over_time", "group_left", "up", "job", "length", "mode", "le", "endpoint", "status", "cause", "code"}
_WORDS |= {"provider", "error", "step", "encoder", "destination", "outcome", "reason"}


def read_rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((OPS / "rules.yml").read_text("utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def list_exprs() -> list[str]:
    dashboard = json.loads((OPS / "dashboard.json").read_text("utf-8"))
    shown = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    return [*(rule["expr"] for rule in read_rules()), *shown]


def test_promtool_accepts_and_tests_the_rules() -> None:
    if shutil.which("promtool") is None:
        assert not os.environ.get("CI"), "CI needs promtool (Debian: prometheus)"
        pytest.skip("there is no promtool")
    for command in (["check", "rules", "rules.yml"], ["test", "rules", "rules_test.yml"]):
        done = subprocess.run(["promtool", *command], cwd=OPS, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_has_a_severity_and_its_section_of_the_runbook() -> None:
    runbook = (OPS / "runbook.md").read_text("utf-8")
    sections = set(re.findall(r"^### (\w+)$", runbook, re.MULTILINE))
    alerts = [rule for rule in read_rules() if "alert" in rule]
    assert len(alerts) >= 15
    for alert in alerts:
        assert alert["labels"]["severity"] in ("critical", "warning")
        assert alert["annotations"]["runbook"] == f"docs/ops/runbook.md#{alert['alert'].lower()}"
    monitoring = (ROOT / "terraform" / "monitoring.tf").read_text("utf-8")
    in_cloud = set(re.findall(r'runbook\s*=\s*"(\w+)"', monitoring))
    assert in_cloud - {alert["alert"] for alert in alerts} == {"StorageErrors", "DeadLetters", "RendererMemory"}
    assert sections == {alert["alert"] for alert in alerts} | in_cloud


def test_every_name_in_rules_and_dashboard_is_exported_or_recorded() -> None:
    exported = {metric.name for metric in METRICS}
    exported |= {f"{m.name}_{end}" for m in METRICS if m.kind == "histogram" for end in ("bucket", "sum", "count")}
    recorded = {rule["record"] for rule in read_rules() if "record" in rule}
    used = set()
    for expr in list_exprs():
        used |= set(
            re.findall(r"[a-z_][a-z0-9_]*(?::[a-z0-9_]+)*", re.sub(r'"[^"]*"|\[[^]]*\]', "", expr), re.IGNORECASE)
        )
    assert used - _WORDS <= exported | recorded
    assert {"job_duration_seconds_bucket", "http_requests_total", "queue_depth"} <= used


def test_every_metric_is_on_the_page() -> None:
    page = (OPS / "README.md").read_text("utf-8")
    assert [metric.name for metric in METRICS if f"`{metric.name}" not in page] == []


def test_the_objectives_of_the_rules_are_buckets_and_classes_of_length() -> None:
    rules = {rule["record"]: rule["expr"] for rule in read_rules() if "record" in rule}
    for name in ("p95", "p99"):
        pairs = re.findall(r'vector\((\d+)\), "length", "(\w+)"', rules[f"sutradhar:job_seconds:{name}_objective"])
        assert {int(seconds) for seconds, _ in pairs} <= set(JOB_BUCKETS)
        assert [label for _, label in pairs] == [label for _, label in LENGTHS]


def test_each_alert_fires_in_one_test_and_stays_silent_in_another() -> None:
    fires: set[str] = set()
    is_silent: set[str] = set()
    for case in yaml.safe_load((OPS / "rules_test.yml").read_text("utf-8"))["tests"]:
        for check in case["alert_rule_test"]:
            (fires if check["exp_alerts"] else is_silent).add(check["alertname"])
    assert fires == is_silent == {rule["alert"] for rule in read_rules() if "alert" in rule}
