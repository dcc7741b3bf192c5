"""A job of hosted providers only, on the emulated cloud: functions from the archive, stubbed providers."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from functions.dev.emulated_cloud.cloud import EmulatedCloud
from tests import emulated_cloud
from tests.emulators.test_end_to_end import call, status, wait_until_finished
from tests.providers import google_account
from tests.providers.billing_harness import STUB_ANSWERS
from tests.providers.pipeline_harness import environment
from tests.providers.server import ProviderStub, RecordedCall


def _slow_clips() -> Callable[[RecordedCall], None]:
    """Let the provider need a while for each clip: messages that Pub/Sub delivers again ask for it again."""
    asked: Counter[str] = Counter()

    def wait_for_clips(request: RecordedCall) -> None:
        if request.path.endswith(":fetchPredictOperation"):
            asked[request.body["operationName"]] += 1
            if asked[request.body["operationName"]] < 3:
                request.fault = "pending"

    return wait_for_clips


def test_a_topic_becomes_a_video_and_each_asset_is_paid_for_once(tmp_path: Path) -> None:
    with ProviderStub(STUB_ANSWERS) as stub:
        vertex = google_account.environment(stub.url("oauth"), tmp_path)
        settings = {k: v for k, v in {**environment(stub, tmp_path), **vertex}.items() if k != "SUTRADHAR_HOME"}
        stub.before = _slow_clips()
        with (
            emulated_cloud.skip_if_missing(),
            EmulatedCloud(tmp_path / "cloud", backoff_sec=0.2, settings=settings) as cloud,
        ):
            plan = {"topic": "A river", "length_sec": 24, "footage": "generated", "render": {"mode": "PROXY"}}
            code, body = call(cloud, "POST", "/render", plan)
            assert code == 202, body
            accepted = json.loads(body)
            done = wait_until_finished(cloud, accepted["job_id"])
            assert done["state"] == "success", done
            assert done["fallbacks"] == []
            assert {asset["provider"].partition("/")[0] for asset in done["assets"]} == {
                "gemini",
                "elevenlabs",
                "openai",
            }
            cost = done["cost"]
            assert cost["estimated_usd"] == accepted["estimated_cost_usd"]
            assert cost["actual_usd"] == pytest.approx(cost["estimated_usd"], rel=0.2)
            assert cost["reserved_usd"] == 0
            assert {line["state"] for line in cost["lines"]} == {"settled"}
            # 1 plan, 1 image of the character, 2 images, 2 clips of them, 2 narrations, 1 sound effect, 1 music track
            assert sum(len(stub.list_billed(provider)) for provider in STUB_ANSWERS) == len(cost["lines"]) == 10
            assert status(cloud, accepted["job_id"])["cost"] == cost
