"""A job whose everything is bought, on the emulated cloud: functions from the archive, stubbed vendors."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from functions.dev.emulated_cloud.cloud import EmulatedCloud
from tests import emulated_cloud
from tests.emulators.test_end_to_end import call, status, until_over
from tests.providers import google_account
from tests.providers.billing_harness import STUB_ANSWERS
from tests.providers.pipeline_harness import environment
from tests.providers.server import Seen, VendorStub


def _slow_clips() -> Callable[[Seen], None]:
    """The vendor needs a while for each: it is asked again by messages that Pub/Sub brings again."""
    asked: Counter[str] = Counter()

    def before(seen: Seen) -> None:
        if seen.path.endswith(":fetchPredictOperation"):
            asked[seen.body["operationName"]] += 1
            if asked[seen.body["operationName"]] < 3:
                seen.fault = "pending"

    return before


def test_a_topic_becomes_a_film_of_bought_things_once(tmp_path: Path) -> None:
    with VendorStub(STUB_ANSWERS) as stub:
        vertex = google_account.environment(stub.url("oauth"), tmp_path)
        settings = {k: v for k, v in {**environment(stub, tmp_path), **vertex}.items() if k != "SUTRADHAR_HOME"}
        stub.before = _slow_clips()
        with (
            emulated_cloud.or_skipped(),
            EmulatedCloud(tmp_path / "cloud", backoff_sec=0.2, settings=settings) as cloud,
        ):
            wanted = {"topic": "A river", "length_sec": 24, "footage": "generated", "render": {"mode": "PROXY"}}
            code, body = call(cloud, "POST", "/render", wanted)
            assert code == 202, body
            accepted = json.loads(body)
            done = until_over(cloud, accepted["job_id"])
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
            # 1 script, 1 picture of who is seen twice, 2 pictures, 2 clips of them, 2 voices, 1 sound, 1 bed
            assert sum(len(stub.billed(vendor)) for vendor in STUB_ANSWERS) == len(cost["lines"]) == 10
            assert status(cloud, accepted["job_id"])["cost"] == cost
