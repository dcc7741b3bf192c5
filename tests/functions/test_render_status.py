"""Clients read a job: its status with previews, its history, its summary, and the newest jobs."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from sutradhar import bootstrap
from sutradhar.domain.assets.asset import Asset
from sutradhar.domain.jobs.job_failure import JobFailure
from sutradhar.pipeline import api_keys
from sutradhar.pipeline.plan import list_required_assets
from tests.functions.test_api import finish, submit

SCENE = {"image_prompt": "a river", "narration": "The river is wide.", "duration_sec": 3}


def make_image(job_id: str) -> Asset:
    """Write the scenes of a job, and store its first image round the pipeline."""
    backend, services = bootstrap.backend(), bootstrap.services()
    plan = backend.jobs.get(job_id).requested_plan
    requests = list_required_assets(services, plan)
    backend.jobs.update(job_id, lambda job: job.start_producing(plan, requests, [], backend.clock.now()))
    request = next(request for request in requests if str(request.slot) == "scene-00-image")
    backend.blobs.put("assets/abc.png", b"a river")
    asset = Asset(key=request.key, kind="image", blob="assets/abc.png", sha256="abc", size=7, provider="procedural")
    lease = backend.leases.acquire("x", timedelta(minutes=1))
    backend.assets.save(asset, lease)
    return asset


def list_times(value: Any) -> list[str]:
    if isinstance(value, dict | list):
        return [time for one in (value.values() if isinstance(value, dict) else value) for time in list_times(one)]
    return [value] if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\dT[^ ]*$", value) else []


def test_an_asset_can_be_seen_before_the_video_is_finished(api: FlaskClient) -> None:
    job_id = submit(api, {"scenes": [SCENE]}).get_json()["job_id"]
    where = f"/render/{job_id}/file?kind=asset&slot=scene-00-image"
    assert api.get(where).status_code == 404  # the scenes are not written yet
    make_image(job_id)
    shown = {asset["slot"]: asset for asset in api.get(f"/render/{job_id}/status").get_json()["assets"]}
    image, voice = shown["scene-00-image"], shown["scene-00-narration"]
    assert (image["state"], voice["state"], voice["url"]) == ("ready", "pending", None)
    preview = api.get(image["url"], buffered=True)
    assert (preview.status_code, preview.mimetype, preview.data) == (200, "image/png", b"a river")
    early = api.get(f"/render/{job_id}/file?kind=asset&slot=scene-00-narration")
    assert (early.status_code, "not made yet" in early.get_json()["detail"]) == (409, True)


@pytest.mark.parametrize("slot", ["", "scene-00", "../../etc/passwd", "scene-00-image%00"])
def test_a_slot_that_is_none_is_refused(api: FlaskClient, slot: str) -> None:
    job_id = submit(api, {"scenes": [SCENE]}).get_json()["job_id"]
    assert api.get(f"/render/{job_id}/file?kind=asset&slot={slot}").status_code == 400


def test_times_end_in_z(api: FlaskClient) -> None:
    job_id = submit(api).get_json()["job_id"]
    finish(job_id)
    upload = api.post("/uploads", data=json.dumps({"filename": "a.png", "content_type": "image/png", "size": 5}))
    answers = [
        api.get(f"/render/{job_id}/status?include_history=true"),
        api.get("/render"),
        api.get("/library"),
        upload,
        api.get(f"/uploads/{upload.get_json()['upload_id']}"),
        api.get("/uploads"),
    ]
    for answer in answers:
        times = list_times(answer.get_json())
        assert times
        assert [time for time in times if not time.endswith("Z")] == []


def test_a_status_has_the_fields_of_the_systems_before(api: FlaskClient) -> None:
    job_id = submit(api, {"topic": "Prahlad", "metadata": {"customer": "42"}}).get_json()["job_id"]
    pending = api.get(f"/status/{job_id}").get_json()
    assert (pending["id"], pending["started_at"], pending["completed_at"]) == (job_id, None, None)
    assert (pending["history"], pending["attempt"]) == (None, 1)
    finish(job_id)
    done = api.get(f"/render/{job_id}/status?include_history=true").get_json()
    assert done["metadata"] == {"customer": "42"}
    assert done["created_at"] <= done["started_at"] <= done["completed_at"] <= done["updated_at"]
    assert [entry["event"] for entry in done["history"]][-1] == "the video is finished"
    assert [line for line in done["logs"] if line.endswith("Z the video is finished")]
    assert done["dual_subtitles"]["en_url"].startswith("http://localhost/render/")
    assert done["step"] == "completed"
    names = [step["name"] for step in done["steps"]]
    assert names[-5:] == ["subtitles", "stitch", "upload", "youtube_publish", "completed"]


def test_a_summary_tells_how_the_video_was_made_and_why_a_job_failed(api: FlaskClient) -> None:
    job_id = submit(api).get_json()["job_id"]
    early = api.get(f"/render/{job_id}/summary")
    assert (early.status_code, "not ended yet" in early.get_json()["detail"]) == (409, True)
    backend = bootstrap.backend()
    failure = JobFailure(stage="planning", cause="no words", advice="write some")
    backend.jobs.update(job_id, lambda job: job.fail(failure, backend.clock.now()))
    summary = api.get(f"/render/{job_id}/summary").get_json()
    assert (summary["state"], summary["error"]["cause"], summary["render"]) == ("error", "no words", None)
    assert summary["cost"]["actual_usd"] == 0


def test_the_overview_has_the_queue_and_the_caller_s_own_jobs(api: FlaskClient) -> None:
    backend = bootstrap.backend()
    _, mine = api_keys.create(backend.records, backend.clock, "mine")
    _, other = api_keys.create(backend.records, backend.clock, "other")
    job_id = submit(api, **{"X-API-Key": mine}).get_json()["job_id"]
    submit(api, {"topic": "Ganga"}, **{"X-API-Key": other})
    for path in ("/api/render", "/render", "/v1/jobs"):
        answer = api.get(path, headers={"X-API-Key": mine}).get_json()
        assert answer["queue"] == {"status": "ok", "pending": 2, "running": 0}
        assert [job["job_id"] for job in answer["jobs"]] == [job_id]


def test_the_prompt_only_client_is_served(api: FlaskClient) -> None:
    answer = api.post("/v1/jobs", data=json.dumps({"prompt": "A test video generation prompt"}))
    job_id = answer.get_json()["id"]
    assert (answer.status_code, answer.get_json()["job_id"]) == (202, job_id)
    for path in (f"/v1/jobs/{job_id}", f"/api/status/{job_id}", f"/api/v1/jobs/{job_id}"):
        assert api.get(path).get_json()["state"] == "pending"
    assert api.post(f"/v1/jobs/{job_id}/cancel").status_code == 202
    assert api.get(f"/v1/jobs/{job_id}").get_json()["state"] == "canceled"
    finished = api.post("/generate", data=json.dumps({"prompt": "A river"})).get_json()["id"]
    finish(finished)
    assert api.post(f"/v1/jobs/{finished}/cancel").status_code == 409
