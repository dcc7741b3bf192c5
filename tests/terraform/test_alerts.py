"""The alerts that Terraform plans are those of Prometheus, read what is logged, and are in the runbook."""

import json
import math
import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from sutradhar import bootstrap
from sutradhar.domain.jobs.job_failure import JobFailure
from sutradhar.domain.jobs.messages import PublishVideo
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.publishing.details import PublicationDetails
from sutradhar.domain.video.capacity import compute_target_sec
from sutradhar.pipeline.publishing.due import publish_due
from sutradhar.pipeline.publishing.schedule import PublicationOrder, schedule_publication
from sutradhar.pipeline.publishing.store import list_publications_of
from sutradhar.pipeline.publishing.work import publish_video
from sutradhar.pipeline.submit import submit
from tests.finished_job import store_finished_job
from tests.terraform.conftest import ROOT, Planned

OPS = ROOT / "docs" / "ops"
_SECONDS = {"m": 60, "h": 3600, "d": 86_400}


class Alert(NamedTuple):
    """The facts in which the two systems must agree."""

    severity: str
    limits: frozenset[float]
    lasts_sec: int
    windows_sec: frozenset[int]
    """Empty: the value of the moment."""


def read_seconds(text: str) -> int:
    return int(text[:-1]) * _SECONDS[text[-1]]


def read_prometheus() -> dict[str, Alert]:
    """Read the alerts of rules.yml. A limit that is a multiple of an objective is multiplied out."""
    rules = [
        rule for group in yaml.safe_load((OPS / "rules.yml").read_text("utf-8"))["groups"] for rule in group["rules"]
    ]
    objectives = {
        rule["record"]: [float(seconds) for seconds in re.findall(r"vector\((\d+)\)", rule["expr"])]
        for rule in rules
        if rule.get("record", "").endswith("_objective")
    }
    alerts = {}
    for rule in rules:
        if "alert" not in rule:
            continue
        expr = rule["expr"]
        compared = re.findall(r"[<>=] ([\d.* ]*\d)(?: and|$)", expr)  # not the "> 0" of a denominator
        limits = {math.prod(map(float, text.split("*"))) for text in compared}
        for name, seconds in objectives.items():
            if name in expr:
                limits = {limit * one for limit in limits for one in seconds}
        windows = frozenset(read_seconds(text) for text in re.findall(r"[_[](\d+[mhd])\b", expr))
        lasts = read_seconds(rule.get("for", "0m"))
        alerts[rule["alert"]] = Alert(rule["labels"]["severity"], _round(limits), lasts, windows)
    return alerts


def read_cloud(deployment: Planned) -> dict[str, Alert]:
    """Read the alerts of Cloud Monitoring by their sections of the runbook; several policies may share one."""
    facts: dict[str, list[Alert]] = defaultdict(list)
    for policy in deployment.select("google_monitoring_alert_policy").values():
        name = policy["documentation"][0]["content"].split()[-1].rstrip(".")
        for condition in policy["conditions"]:
            one = condition["condition_threshold"][0]
            is_gauge = one["aggregations"][0]["per_series_aligner"] in ("ALIGN_MAX", "ALIGN_NEXT_OLDER")
            window = () if is_gauge else (int(one["aggregations"][0]["alignment_period"][:-1]),)
            lasts = int(one["duration"][:-1])
            unit = 1000 if "request_latencies" in one.get("filter", "") else 1  # milliseconds
            limits = _round({one["threshold_value"] / unit})
            alert = Alert(policy["severity"].lower(), limits, lasts, frozenset(window))
            facts[name].append(alert)
    return {
        name: Alert(
            "/".join(sorted({one.severity for one in alerts})),
            frozenset[float]().union(*(one.limits for one in alerts)),
            max(one.lasts_sec for one in alerts),
            frozenset[int]().union(*(one.windows_sec for one in alerts)),
        )
        for name, alerts in facts.items()
    }


def _round(limits: set[float]) -> frozenset[float]:
    return frozenset(round(limit, 9) for limit in limits)


def read_differences() -> Mapping[str, set[str]]:
    """Read the table of docs/ops/README.md: the alerts that differ, and in which facts."""
    page = (OPS / "README.md").read_text("utf-8").partition("## Differences on Google Cloud")[2]
    rows = re.findall(r"^\| `(\w+)` \| ([\w, ]+) \| (.+) \|$", page, re.MULTILINE)
    assert all(len(reason.split()) >= 8 for _, _, reason in rows)
    return {name: set(facts.split(", ")) for name, facts, _ in rows}


def test_both_systems_have_the_same_alerts_or_the_page_tells_the_difference(everything: Planned) -> None:
    prometheus, cloud = read_prometheus(), read_cloud(everything)
    differing_facts: dict[str, set[str]] = {name: {"Google Cloud only"} for name in set(cloud) - set(prometheus)}
    differing_facts |= {name: {"Prometheus only"} for name in set(prometheus) - set(cloud)}
    words = {"severity": "severity", "limits": "limit", "lasts_sec": "duration", "windows_sec": "window"}
    for name in set(prometheus) & set(cloud):
        ours, theirs = prometheus[name], cloud[name]
        differing = {word for fact, word in words.items() if getattr(ours, fact) != getattr(theirs, fact)}
        if differing:
            differing_facts[name] = differing
    assert differing_facts == read_differences()
    assert len(set(prometheus) & set(cloud)) >= 21


def test_a_renderer_that_runs_out_of_memory_is_told(everything: Planned) -> None:
    """Its files are in its memory, so this stands for the disk too."""
    alert = read_cloud(everything)["RendererMemory"]
    assert (alert.limits, alert.lasts_sec) == (frozenset({0.85}), 600)


def test_an_alert_looks_back_for_25_hours_at_most(everything: Planned) -> None:
    """Cloud Monitoring refuses more: alignment period and duration together."""
    for name, alert in read_cloud(everything).items():
        assert max(alert.windows_sec, default=0) + alert.lasts_sec <= 25 * 3600, name


def test_series_of_many_instances_are_one_in_each_alert(everything: Planned) -> None:
    """A log-based metric has a series for each revision and function: an alert on each of them would see a part."""
    for policy in everything.select("google_monitoring_alert_policy").values():
        for condition in policy["conditions"]:
            one = condition["condition_threshold"][0]
            reducer = one["aggregations"][0]["cross_series_reducer"]
            if "logging.googleapis.com" in one.get("filter", "") and one["threshold_value"]:
                assert reducer not in (None, "REDUCE_NONE"), policy["display_name"]


def test_every_objective_has_its_alert(default_plan: Planned) -> None:
    shown = " ".join(
        policy["display_name"] for policy in default_plan.select("google_monitoring_alert_policy").values()
    )
    for words in (
        "API",
        "Jobs",
        "Storage",
        "oldest message",
        "jobs wait",
        "given up",
        "understands",
        "memory",
        "Publishing",
    ):
        assert words in shown
    lengths = re.findall(r"p95 of videos up to (\d+) s is over (\d+) s", shown)
    assert {(int(length), int(promised)) for length, promised in lengths} == {
        (30, 120),
        (60, 300),
        (300, 900),
        (600, 1800),
    }
    for length, promised in lengths:  # the same promise decides how many tasks a render gets
        assert compute_target_sec(float(length)) == int(promised) / 4


def test_the_metrics_read_what_is_logged(default_plan: Planned, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every field that a metric asks the log for is in the lines that a job really writes."""
    services = bootstrap.services()
    job, _ = submit(services, RenderPlan(topic="tea"))
    failure = JobFailure(stage="plan", cause="x")
    services.move(job.id, lambda current: current.fail(failure, services.clock.now()))
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines() if '"job_moved"' in line]
    text = " ".join(
        f"{m['filter']} {m['value_extractor']} {m['label_extractors']}"
        for m in default_plan.select("google_logging_metric").values()
    )
    others = {"provider", "status", "paused_seconds"}  # of provider_failed, provider_paused and request
    others |= {"destination", "outcome", "reason"}  # of publication_judged, below
    assert set(re.findall(r"jsonPayload\.(\w+)", text)) - others <= set(lines[-1])


def test_the_metric_of_publications_reads_what_is_logged(
    default_plan: Planned, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLISH_FOLDER", str(home / "published"))
    services = bootstrap.services()
    job = store_finished_job(services)
    schedule_publication(services, job, PublicationOrder("folder", PublicationDetails(title="Tea")))
    for _ in range(2):  # the first look finds the size of the video
        publish_due(services)
        (publication,) = list_publications_of(services, job.id, "folder")
        publish_video(services, PublishVideo(publication_id=publication.id, token=publication.token))
    (line,) = [json.loads(one) for one in capsys.readouterr().err.splitlines() if '"publication_judged"' in one]
    (metric,) = [
        one
        for one in default_plan.select("google_logging_metric").values()
        if one["name"].endswith("publications_judged")
    ]
    assert {"destination", "outcome", "reason"} == set(metric["label_extractors"]) <= set(line)
    assert f'jsonPayload.event="{line["event"]}"' in metric["filter"]
    ratio = [
        one for one in default_plan.select("google_monitoring_alert_policy").values() if "99 %" in one["display_name"]
    ]
    assert len(ratio) == 3
    for condition in ratio[0]["conditions"]:
        threshold = condition["condition_threshold"][0]
        assert 'outcome="missed"' in threshold["filter"]
        assert 'outcome!="excused"' in threshold["denominator_filter"]


def test_a_silent_scheduler_is_told_although_silence_is_no_data(default_plan: Planned) -> None:
    (policy,) = [
        one
        for one in default_plan.select("google_monitoring_alert_policy").values()
        if "PublishTickSilent" in one["documentation"][0]["content"]
    ]
    condition = policy["conditions"][0]["condition_threshold"][0]
    assert condition["comparison"] == "COMPARISON_LT"
    assert condition["evaluation_missing_data"] == "EVALUATION_MISSING_DATA_ACTIVE"
    services = {one["name"] for one in default_plan.select("google_cloudfunctions2_function").values()}
    (watched,) = re.findall(r'service_name="([\w-]+)"', condition["filter"])
    assert watched in services


def test_every_alert_has_a_severity_and_its_section_of_the_runbook(everything: Planned) -> None:
    sections = re.findall(r"^### (\w+)$", (ROOT / "docs" / "ops" / "runbook.md").read_text("utf-8"), re.MULTILINE)
    policies = everything.select("google_monitoring_alert_policy").values()
    assert len(policies) > 20
    for policy in policies:
        assert policy["severity"] in ("CRITICAL", "WARNING")
        named = re.fullmatch(r"See docs/ops/runbook.md, (\w+)\.", policy["documentation"][0]["content"])
        assert named
        assert named[1] in sections
    burns = [p for p in policies if p["combiner"] == "AND"]
    assert len(burns) == 9
    assert all(len(p["conditions"]) == 2 for p in burns)


def test_a_public_api_is_called_from_outside(default_plan: Planned, everything: Planned) -> None:
    assert not default_plan.select("google_monitoring_uptime_check_config")
    (check,) = everything.select("google_monitoring_uptime_check_config").values()
    assert check["http_check"][0]["path"] == "/health"
