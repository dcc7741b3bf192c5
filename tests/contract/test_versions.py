"""Videos in several languages on both backends: by themselves, as rows of batches, and cancelled."""

from typing import Any

import pytest

from sutradhar.domain.billing.ledger import batch_account
from sutradhar.domain.core.errors import ProviderError
from sutradhar.domain.jobs.job import JobState
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline import submit
from sutradhar.pipeline.batches import control
from sutradhar.pipeline.batches.results import read_results
from sutradhar.pipeline.versions import list_versions
from tests.contract.batch_harness import CALL, Batches, make_plan
from tests.contract.conftest import StoreFixture


@pytest.fixture
def batches(kit: StoreFixture) -> Batches:
    return Batches(kit)


def make_body(name: str) -> dict[str, Any]:
    body = make_plan(name)
    scenes = [
        {**scene, "translations": {"hi": f"{name} हिन्दी", "de": f"{name} auf Deutsch"}} for scene in body["scenes"]
    ]
    return {**body, "languages": ["en", "hi", "de"], "scenes": scenes}


def test_each_row_becomes_a_video_in_each_language(batches: Batches) -> None:
    batch_id = batches.submit_plans([make_body("tea"), make_body("rain")])
    batches.work()
    assert batches.states(batch_id) == ["succeeded", "succeeded"]
    assert len(batches.list_jobs()) == 6
    services, batch = batches.services, batches.batch(batch_id)
    assert batch.state == "done"
    account = services.providers.call_gate.accounts.read(batch_account(batch_id))
    assert account.spent == 2 * CALL  # one image for a row, in all its languages
    (files, _) = (one.files for one in read_results(services, batch))
    assert {name for name in files if name.endswith(".mp4")} == {"en/video.mp4", "hi/video.mp4", "de/video.mp4"}


def test_a_row_whose_version_failed_goes_on_with_a_retry(batches: Batches) -> None:
    def refuse(what: str) -> None:
        if "हिन्दी" in what:
            raise ProviderError("no such voice", provider="openai", retryable=False)

    batches.free.on_start = refuse
    batch_id = batches.submit_plans([make_body("tea")])
    batches.work()
    (row,) = batches.rows(batch_id)
    assert (row.state, row.error) == ("failed", "Hindi: narration: no such voice")
    batches.free.on_start = lambda _what: None
    control.retry_failed(batches.services, batch_id)
    batches.work()
    assert batches.states(batch_id) == ["succeeded"]
    assert {job.state for job in batches.list_jobs()} == {JobState.SUCCEEDED}
    assert len(batches.list_jobs()) == 3


def test_a_cancelled_job_cancels_its_versions(batches: Batches) -> None:
    job, _ = submit.submit(batches.services, RenderPlan.parse(make_body("tea")))
    while batches.services.jobs.get(job.id).state is not JobState.RENDERING:
        batches.deliver(batches.bus.messages.pop(0))
    submit.cancel(batches.services, job.id)
    batches.work()
    stopped = batches.services.jobs.get(job.id)
    versions = list_versions(batches.services, stopped).values()
    assert stopped.is_settled
    assert all(one.state is JobState.CANCELLED for one in versions)


def test_a_cancelled_batch_cancels_the_versions_of_finished_jobs(batches: Batches) -> None:
    batch_id = batches.submit_plans([make_body("tea")])
    while not any(job.state is JobState.SUCCEEDED for job in batches.list_jobs()):
        batches.deliver(batches.bus.messages.pop(0))
    assert batches.states(batch_id) == ["running"]
    control.cancel(batches.services, batch_id)
    batches.work()
    assert batches.batch(batch_id).state == "cancelled"
    assert all(job.state.is_terminal for job in batches.list_jobs())
