"""The Pub/Sub functions through functions-framework: real CloudEvents in, effects on the local backend out."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from functions import envelope, events, main
from sutradhar import bootstrap
from sutradhar.domain.assets.slot import MUSIC
from sutradhar.domain.jobs.job import JobState
from sutradhar.domain.jobs.messages import DispatchRender, Message, PlanRender, ProduceAsset, RenderProgressed
from sutradhar.domain.jobs.topics import TOPICS
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.submit import submit
from sutradhar.pipeline.sweep import STALLED
from tests.function_client import open_client


def function(name: str) -> FlaskClient:
    return open_client(name)


def post(client: FlaskClient, message: Message) -> int:
    event = envelope.to_event(message, "topic", 1)
    attributes = event.get_attributes()
    headers = {f"ce-{name}": str(attributes[name]) for name in ("id", "source", "type", "time", "specversion")}
    return client.post("/", json=event.get_data(), headers=headers).status_code


def test_every_message_has_a_function_and_every_function_is_deployed() -> None:
    from typing import get_args

    from sutradhar.domain.jobs.messages import Message as Any
    from sutradhar.pipeline.handle import HANDLERS

    kinds = set(get_args(get_args(Any)[0]))
    assert set(HANDLERS) == kinds
    assert set(events.ENTRY_POINTS) == set(TOPICS) == {kind.topic for kind in kinds}
    assert set(TOPICS) <= set(main.__all__)


def test_a_message_is_decoded_as_it_was_sent() -> None:
    for message in (
        PlanRender(job_id="a"),
        RenderProgressed(job_id="b", render_id="b-1", stage="हिन्दी", done=1, total=2),
    ):
        assert envelope.decode_event(envelope.to_event(message, "t", 1)) == message


def test_plan_writes_the_scenes_and_orders_the_assets(home: Path) -> None:
    job, _ = submit(bootstrap.services(), RenderPlan(topic="Prahlad", length_sec=30))
    client = function("plan")
    assert post(client, PlanRender(job_id=job.id)) == 200
    planned = bootstrap.backend().jobs.get(job.id)
    assert planned.state is JobState.PRODUCING
    assert planned.plan
    assert 3 <= len(planned.plan.scenes) <= 8
    assert post(client, PlanRender(job_id=job.id)) == 200  # once more changes nothing
    assert bootstrap.backend().jobs.get(job.id) == planned


def test_a_message_about_a_job_that_is_gone_is_done_with(home: Path) -> None:
    assert post(function("produce"), ProduceAsset(job_id="job-none", slot=MUSIC)) == 200


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_rubbish_is_an_error_so_that_it_ends_as_a_dead_letter(home: Path) -> None:
    event = envelope.to_event(DispatchRender(job_id="x"), "t", 1)
    data = event.get_data()
    assert data is not None
    headers = {"ce-id": "1", "ce-source": "s", "ce-type": "t", "ce-specversion": "1.0"}
    body = {"message": {**data["message"], "data": "bm9uc2Vuc2U="}}
    client = function("dispatch")
    client.application.config["PROPAGATE_EXCEPTIONS"] = False
    assert client.post("/", json=body, headers=headers).status_code == 500


def test_sweep_sends_what_is_owed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job, _ = submit(bootstrap.services(), RenderPlan(topic="Prahlad"))
    answer = function("sweep").post("/")
    assert answer.get_json() == {"jobs": 0}  # touched just now
    backend = bootstrap.backend()
    with monkeypatch.context() as patch:
        patch.setattr(backend.clock, "now", lambda: job.updated_at + 2 * STALLED, raising=False)
        assert function("sweep").post("/").get_json() == {"jobs": 1}
