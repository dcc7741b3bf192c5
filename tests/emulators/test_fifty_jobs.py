"""Fifty jobs at the same time on the emulated cloud: each ends once and says so once, and no update is lost."""

import json
import sys
import time
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from google.cloud import firestore
from standardwebhooks import Webhook

from functions.dev.emulated_cloud.cloud import EmulatedCloud
from functions.dev.emulated_cloud.emulators import set_environment
from sutradhar import bootstrap
from sutradhar.config import Settings
from sutradhar.domain.jobs.job import JobState
from sutradhar.pipeline.sweep import sweep
from sutradhar.pipeline.webhook_secrets import get_secret
from tests import emulated_cloud
from tests.emulators.test_end_to_end import PLAN
from tests.receiver import run_receiver

JOBS = 50
SETTINGS = {"WEBHOOK_LOOPBACK": "1", "RATE_LIMIT_PER_MIN": "0"}
RENDERER = (sys.executable, str(Path(__file__).with_name("fake_renderer.py")))


def order(cloud: EmulatedCloud, number: int, webhook_url: str) -> str:
    """Every other job needs the same images and narrations as another one, and both come at the same time."""
    body = json.dumps({**PLAN, "title": f"Film {number}", "seed": number // 2, "webhook_url": webhook_url}).encode()
    sent = {"Content-Type": "application/json", "Idempotency-Key": f"job {number}"}
    request = urllib.request.Request(f"{cloud.url}/render", body, sent, method="POST")
    with urllib.request.urlopen(request, timeout=60) as answer:
        return str(json.loads(answer.read())["job_id"])


def test_fifty_jobs_at_once_all_end_once(tmp_path: Path) -> None:
    with (
        emulated_cloud.skip_if_missing(),
        run_receiver() as receiver,
        EmulatedCloud(tmp_path, renderer=RENDERER, backoff_sec=0.2, settings=SETTINGS) as cloud,
    ):
        url = f"http://127.0.0.1:{receiver.port}/"
        with ThreadPoolExecutor(20) as pool:
            ids = list(pool.map(lambda number: order(cloud, number, url), range(JOBS)))
            again = list(pool.map(lambda number: order(cloud, number, url), range(0, JOBS, 7)))
        assert len(set(ids)) == JOBS
        assert again == ids[::7]
        with set_environment(cloud.env):
            settings = Settings.from_env(cloud.env)
            backend = bootstrap.gcp_backend(settings)
            services = bootstrap.services_on(backend, settings)
            end = time.monotonic() + 240
            while (alive := backend.jobs.list_unfinished(backend.clock.now())) or len(receiver.requests) < JOBS:
                assert time.monotonic() < end, [(job.id, job.state, job.version) for job in alive]
                sweep(services, stalled=timedelta(seconds=20))
                time.sleep(1)  # as the Scheduler calls it, only more often
            jobs = [backend.jobs.get(job_id) for job_id in ids]
            counts = backend.jobs.count_by_state()
            tallies = backend.tallies.read()
            secret = get_secret(services, "").secret
            client = firestore.Client(project=cloud.project)
            assets = [snapshot.to_dict()["body"] for snapshot in client.collection("assets").stream()]
            client.close()
            names = Counter(job.execution for job in jobs)
            backend.close()
    assert [job.error for job in jobs if job.error] == []
    assert {job.state for job in jobs} == {JobState.SUCCEEDED}
    events = [Webhook(secret).verify(body, dict(headers)) for _, body, headers in receiver.requests]
    assert {event["type"] for event in events} == {"render.succeeded"}
    assert sorted(event["data"]["job_id"] for event in events) == sorted(ids)
    # each transition was written once, although other processes wrote at the same time
    moved = {JobState.PLANNING: JOBS, JobState.PRODUCING: JOBS, JobState.RENDERING: JOBS, JobState.SUCCEEDED: JOBS}
    assert counts == moved
    count_of, steps = Counter[str](), Counter[str]()
    for tally, total in tallies.items():
        count_of[tally.metric] += int(total)
        if tally.metric == "step_duration_seconds_bucket":
            steps[tally.labels[0]] += int(total)
    assert count_of["job_duration_seconds_bucket"] == JOBS
    # render.sound is the one stage that the fake renderer times
    assert steps == dict.fromkeys(("plan", "produce", "render", "render.sound"), JOBS)
    assert count_of["jobs_by_day"] == JOBS
    assert count_of["jobs_failed_total"] == 0
    assert all(count == 1 for count in names.values())
    # and no render was started beside the one that its job knows of
    assert len(list((tmp_path / "logs" / "executions").iterdir())) == JOBS
    assert len(assets) == len({request.key for job in jobs for request in job.requests})
