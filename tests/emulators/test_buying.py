"""A job whose everything is bought, on the emulated cloud: functions from the archive, stubbed vendors."""

import json
from pathlib import Path

import pytest

from functions.emulated.cloud import EmulatedCloud
from tests import emulated
from tests.emulators.test_end_to_end import call, status, until_over
from tests.vendors.desk import VENDORS
from tests.vendors.server import VendorStub
from tests.vendors.studio import environment


def test_a_topic_becomes_a_film_of_bought_things_once(tmp_path: Path) -> None:
    with VendorStub(VENDORS) as stub:
        settings = {k: v for k, v in environment(stub, tmp_path).items() if k != "SUTRADHAR_HOME"}
        with emulated.or_skipped(), EmulatedCloud(tmp_path / "cloud", backoff_sec=0.2, settings=settings) as cloud:
            wanted = {"topic": "A river", "length_sec": 24, "render": {"mode": "PROXY"}}
            code, body = call(cloud, "POST", "/render", wanted)
            assert code == 202, body
            accepted = json.loads(body)
            done = until_over(cloud, accepted["job_id"])
            assert done["state"] == "success", done
            assert done["fallbacks"] == []
            assert {asset["provider"].partition("/")[0] for asset in done["assets"]} == {"openai", "elevenlabs"}
            cost = done["cost"]
            assert cost["estimated_usd"] == accepted["estimated_cost_usd"]
            assert cost["actual_usd"] == pytest.approx(cost["estimated_usd"], rel=0.2)
            assert cost["reserved_usd"] == 0
            assert {line["state"] for line in cost["lines"]} == {"settled"}
            # 1 script, 2 pictures, 2 voices, 1 sound, 1 bed
            assert sum(len(stub.billed(vendor)) for vendor in VENDORS) == len(cost["lines"]) == 7
            assert status(cloud, accepted["job_id"])["cost"] == cost
