"""The dashboard of a deployment shows what the systems before showed, where Google measures it."""

import json
import re

from tests.terraform.conftest import Planned


def test_it_shows_memory_cpu_the_graphics_card_and_the_bucket(default_plan: Planned) -> None:
    (board,) = default_plan.select("google_monitoring_dashboard").values()
    filters = [
        part["timeSeriesQuery"]["timeSeriesFilter"]["filter"]
        for tile in json.loads(board["dashboard_json"])["mosaicLayout"]["tiles"]
        for part in tile["widget"]["xyChart"]["dataSets"]
    ]
    shown = {
        (re.findall(r'resource.type="(\w+)"', one)[0], metric)
        for one in filters
        for metric in re.findall(r'metric.type="(?:run|storage).googleapis.com/([\w/]+)"', one)
    }
    assert {
        ("cloud_run_revision", "container/cpu/utilizations"),
        ("cloud_run_revision", "container/memory/utilizations"),
        ("cloud_run_revision", "container/instance_count"),
        ("cloud_run_revision", "request_latencies"),
        ("cloud_run_job", "container/cpu/utilizations"),
        ("cloud_run_job", "container/memory/utilizations"),
        ("cloud_run_job", "container/gpu/utilizations"),
        ("gcs_bucket", "storage/v2/total_bytes"),
    } <= shown
