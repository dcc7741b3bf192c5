"""Rows of batches become jobs, each once, within their budgets and their places, on both backends."""

import json
from typing import Any

import pytest

from sutradhar.domain.billing.ledger import batch_account
from sutradhar.domain.core.errors import Conflict, ProviderError
from sutradhar.domain.jobs.job import JobState
from sutradhar.domain.jobs.messages import AdvanceBatch
from sutradhar.domain.jobs.retention import RetentionRules
from sutradhar.pipeline import submit
from sutradhar.pipeline.audit import AUDIT
from sutradhar.pipeline.batches import control
from sutradhar.pipeline.batches.removal import list_batch_uploads
from sutradhar.pipeline.batches.store import BATCHES, name_plans
from sutradhar.pipeline.data_removal import get_removal, request_removal, run_removal
from sutradhar.pipeline.job_deletion import order_deletion
from sutradhar.pipeline.retention import run_retention
from sutradhar.pipeline.upload_deletion import order_deletion as order_upload_deletion
from sutradhar.pipeline.uploads import create_upload
from tests.contract.batch_harness import CALL, Batches, make_plan
from tests.contract.conftest import StoreFixture

DAY_SEC = 86_400


@pytest.fixture
def batches(kit: StoreFixture) -> Batches:
    return Batches(kit)


def test_every_row_becomes_one_video_and_the_end_is_told_once(batches: Batches) -> None:
    batches.counts_active = True
    batch_id = batches.submit(7)
    batches.work()
    assert batches.states(batch_id) == ["succeeded"] * 7
    jobs = batches.list_jobs()
    assert len(jobs) == 7
    assert {job.id for job in jobs} == {row.job_id for row in batches.rows(batch_id)}
    assert {job.batch for job in jobs} == {batch_id}
    assert batches.most_active == 3
    batch = batches.batch(batch_id)
    assert (batch.state, batch.counts, batch.due_at) == ("done", {"succeeded": 7}, None)
    batches.services.send([AdvanceBatch(batch_id=batch_id)])
    batches.work()
    events = [json.loads(body) for _, _, body, _ in batches.receiver.requests]
    assert [event["type"] for event in events] == ["batch.done"]
    data: dict[str, Any] = events[0]["data"]
    assert (data["counts"], data["spent_usd"]) == ({"succeeded": 7}, 0.07)
    assert data["results_url"] == f"https://videos.example.com/batches/{batch_id}/results"
    entries = batches.services.documents.list(AUDIT, limit=100).records
    assert [one.facts["batch_id"] for one in entries if one.action == "end_batch"] == [batch_id]


def test_a_later_batch_gets_its_share_as_soon_as_rows_end(kit: StoreFixture) -> None:
    batches = Batches(kit, active_jobs=2)
    first = batches.submit(6, name="first")
    batches.work(2)
    second = batches.submit(2, name="second")
    batches.work()
    of_second = {row.job_id for row in batches.rows(second)}
    order = ["second" if job_id in of_second else "first" for job_id in batches.ended]
    assert batches.states(first) + batches.states(second) == ["succeeded"] * 8
    assert sorted(order[2:6]) == ["first", "first", "second", "second"], order


def test_a_spent_budget_ends_no_row_and_a_raised_one_lets_the_rest_go_on(batches: Batches) -> None:
    batch_id = batches.submit(5, budget=int(2.5 * CALL))
    batches.work()
    batch = batches.batch(batch_id)
    assert (batch.state, batch.waits_until) == ("waiting", None)
    assert "the batch's budget is spent; raise it" in batch.reason
    assert batches.states(batch_id) == ["succeeded"] * 2 + ["queued"] * 3
    batches.sweep(2 * DAY_SEC)
    batches.work()
    assert batches.batch(batch_id).state == "waiting"
    control.change_budget(batches.services, batch_id, 10 * CALL)
    batches.work()
    assert batches.states(batch_id) == ["succeeded"] * 5
    account = batches.services.providers.call_gate.accounts.read(batch_account(batch_id))
    assert (account.spent, account.reserved) == (5 * CALL, 0)


def test_a_row_that_is_broken_off_waits_with_what_is_made(batches: Batches) -> None:
    batches.paid.is_estimated = False  # so each row is begun
    scenes = [{"narration": "One.", "image_prompt": f"picture {n}", "duration_sec": 2} for n in range(2)]
    batch_id = batches.submit(1, budget=CALL, scenes=scenes)
    batches.work()
    (row,) = batches.rows(batch_id)
    assert (row.state, batches.batch(batch_id).state) == ("queued", "waiting")
    assert "cap" in row.error
    control.change_budget(batches.services, batch_id, 2 * CALL)
    batches.work()
    assert batches.rows(batch_id)[0].job_id == row.job_id
    assert batches.states(batch_id) == ["succeeded"]
    assert {what: calls for what, calls in batches.paid.calls.items() if calls > 1} == {}


def test_a_spent_day_lets_the_batch_go_on_by_itself_tomorrow(kit: StoreFixture) -> None:
    batches = Batches(kit, day_cap=2 * CALL)
    batch_id = batches.submit(3)
    batches.work()
    batch = batches.batch(batch_id)
    assert (batch.state, batch.counts) == ("waiting", {"succeeded": 2, "queued": 1})
    assert batch.waits_until is not None
    assert batch.due_at == batch.waits_until
    assert "tomorrow" in batch.reason
    batches.sweep(DAY_SEC)
    batches.work()
    assert batches.states(batch_id) == ["succeeded"] * 3


def test_a_row_that_no_day_can_pay_fails_and_the_others_go_on(kit: StoreFixture) -> None:
    batches = Batches(kit, day_cap=CALL)
    scenes = [{"narration": "One.", "image_prompt": f"picture {n}", "duration_sec": 2} for n in range(2)]
    batch_id = batches.submit_plans([make_plan("dear", scenes=scenes), make_plan("cheap")])
    batches.work()
    assert batches.states(batch_id) == ["failed", "succeeded"]
    assert "0.02 USD" in batches.rows(batch_id)[0].error


def test_a_paused_batch_starts_nothing_until_it_is_resumed(batches: Batches) -> None:
    batch_id = batches.submit(6)
    batches.work(1)
    control.pause(batches.services, batch_id)
    batches.work()
    assert batches.states(batch_id) == ["succeeded"] * 3 + ["queued"] * 3
    batches.sweep(DAY_SEC)
    batches.work()
    assert batches.batch(batch_id).counts == {"succeeded": 3, "queued": 3}
    control.resume(batches.services, batch_id)
    batches.work()
    assert batches.states(batch_id) == ["succeeded"] * 6


def test_a_cancelled_batch_cancels_its_jobs_and_keeps_its_videos(batches: Batches) -> None:
    batch_id = batches.submit(6)
    while "succeeded" not in batches.states(batch_id):
        batches.work(1)
    control.cancel(batches.services, batch_id)
    batches.work()
    states = batches.states(batch_id)
    assert set(states) == {"succeeded", "cancelled"}
    assert all(job.state in (JobState.SUCCEEDED, JobState.CANCELLED) for job in batches.list_jobs())
    assert batches.batch(batch_id).state == "cancelled"
    (event,) = [json.loads(body) for _, _, body, _ in batches.receiver.requests]
    assert (event["data"]["state"], sum(event["data"]["counts"].values())) == ("cancelled", 6)


def test_a_row_that_cannot_be_made_fails_alone_and_is_retried(batches: Batches) -> None:
    batch_id = batches.submit_plans([make_plan("one"), {"topic": "???"}, make_plan("three")])
    batches.work()
    assert batches.states(batch_id) == ["succeeded", "failed", "succeeded"]
    row = batches.rows(batch_id)[1]
    assert (row.job_id, "has no word" in row.error) == ("", True)
    batches.kit.clock.advance(1)
    control.retry_failed(batches.services, batch_id)
    batches.work()
    assert batches.rows(batch_id)[1].attempt == 2
    assert batches.batch(batch_id).state == "done"
    assert len(batches.receiver.requests) == 2


def test_a_failed_row_is_retried_from_what_its_job_has_made(batches: Batches) -> None:
    batch_id = batches.submit(2)
    batches.free.errors.append(ProviderError("the voice is gone", provider="counting", retryable=False))
    batches.work()
    assert sorted(batches.states(batch_id)) == ["failed", "succeeded"]
    (failed,) = [row for row in batches.rows(batch_id) if row.state == "failed"]
    assert "the voice is gone" in failed.error
    control.retry_failed(batches.services, batch_id)
    batches.work()
    assert batches.states(batch_id) == ["succeeded"] * 2
    assert {row.job_id for row in batches.rows(batch_id)} == {job.id for job in batches.list_jobs()}
    assert max(batches.paid.calls.values()) == 1


def test_a_job_that_is_retried_by_itself_ends_its_row(batches: Batches) -> None:
    batch_id = batches.submit(1)
    batches.free.errors.append(ProviderError("the voice is gone", provider="counting", retryable=False))
    batches.work()
    (row,) = batches.rows(batch_id)
    submit.retry(batches.services, row.job_id)
    batches.work()
    assert batches.batch(batch_id).counts == {"succeeded": 1}


def test_a_row_whose_job_is_deleted_is_told_as_cancelled(batches: Batches) -> None:
    batch_id = batches.submit(1)
    batches.work(1)
    (row,) = batches.rows(batch_id)
    submit.cancel(batches.services, row.job_id)
    batches.bus.messages.clear()
    order_deletion(batches.services, batches.services.jobs.get(row.job_id))
    batches.bus.messages.clear()
    batches.sweep(600)
    batches.work()
    assert (batches.states(batch_id), batches.rows(batch_id)[0].error) == (["cancelled"], "its job was deleted")


def test_a_lost_message_is_sent_again_by_the_sweep(batches: Batches) -> None:
    batch_id = batches.submit(4)
    for _ in range(30):
        batches.work(3)
        batches.bus.messages.clear()  # all of them are lost
        batches.sweep(600)
    batches.work()
    assert batches.states(batch_id) == ["succeeded"] * 4
    assert max(batches.paid.calls.values()) == 1


def test_the_removal_of_all_data_ends_batches_and_deletes_them(batches: Batches) -> None:
    mine, other = batches.submit(5, name="mine"), batches.submit(1, name="other", owner="key-2")
    batches.work(12)
    removal, _ = request_removal(batches.services, "")
    run_removal(batches.services, removal)
    batches.work()
    assert [job.batch for job in batches.list_jobs()] == [other]
    assert batches.services.documents.get_many(BATCHES, [mine]) == {}
    assert [blob.name for blob in batches.services.blobs.list("batches/")] == [name_plans(other)]
    assert batches.states(other) == ["succeeded"]
    assert get_removal(batches.services, removal.id).removed["batches"].count == 1


def test_an_upload_is_kept_as_long_as_a_batch_may_need_it(batches: Batches) -> None:
    services = batches.services
    upload = create_upload(services, "a.png", "image/png", 5)
    batch_id = batches.submit(1)
    services.documents.update(BATCHES, batch_id, lambda batch: batch.evolve(uploads=(upload.id,)))
    assert list_batch_uploads(services) == {upload.id}
    with pytest.raises(Conflict, match=batch_id):
        order_upload_deletion(services, upload.id)
    batches.work()
    assert list_batch_uploads(services) == set()
    order_upload_deletion(services, upload.id)


def test_an_old_batch_goes_with_its_plans(batches: Batches) -> None:
    object.__setattr__(batches.services, "retention", RetentionRules(job_days=10))
    old = batches.submit(1, name="old")
    batches.work()
    batches.kit.clock.advance(11 * DAY_SEC)
    young = batches.submit(1, name="young")
    batches.work()
    removals = [one for one in run_retention(batches.services) if one.kind == "batch"]
    batches.work()
    assert [(one.id, one.files) for one in removals] == [(old, 1)]
    assert [batch.id for batch in batches.services.documents.list(BATCHES).records] == [young]
    assert [blob.name for blob in batches.services.blobs.list("batches/")] == [name_plans(young)]
