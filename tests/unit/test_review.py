"""The transitions of a job with a review, and the counts of its states."""

from datetime import UTC, datetime, timedelta

import pytest

from sutradhar.domain.assets.requests import AssetRequest
from sutradhar.domain.assets.slot import MUSIC, Slot
from sutradhar.domain.assets.specs import MusicSpec
from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.core.errors import Conflict
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.job_failure import JobFailure
from sutradhar.domain.jobs.messages import ProduceAsset
from sutradhar.domain.jobs.review import approve, await_approval, change_plan, expire, get_plan_version
from sutradhar.domain.jobs.tallies import count_changes
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.plan_patch import FieldChange, PlanChange, PlanPatch, change_fields, list_changes
from tests.contract.webhook_post import make_narration

NOW = datetime(2026, 11, 27, tzinfo=UTC)
PLAN = RenderPlan.parse(
    {
        "title": "Tea",
        "review": True,
        "scenes": [{"narration": "Tea.", "image_prompt": "a cup", "translations": {"hi": "चाय"}}],
    }
)
MUSIC_REQUEST = AssetRequest(slot=MUSIC, spec=MusicSpec(mood="calm", seed=0), provider=ProviderId("m", "1"))


def start(*requests: AssetRequest) -> Job:
    return Job.new("job-1", PLAN, "hash", NOW).start_producing(PLAN, requests, [], NOW)[0]


def change(job: Job, text: str, value: str = "x") -> Job:
    fields = (FieldChange(path="title", before="", after=value),)
    requests = (make_narration(text), MUSIC_REQUEST)
    return change_plan(job, PLAN, requests, [], PlanChange(changed_at=NOW, changed_by="", fields=fields))[0]


def test_the_narrations_are_made_first() -> None:
    job = start(make_narration("Tea."), MUSIC_REQUEST)
    assert job.pending_messages() == [ProduceAsset(job_id="job-1", slot=Slot.narration(0))]
    assert job.start_rendering({}, NOW)[0] is job
    waiting, messages = await_approval(job, job.requests, NOW)
    assert (waiting.state, messages, waiting.is_settled) == (JobState.AWAITING_APPROVAL, [], True)
    approved, messages = approve(waiting, None, NOW)
    assert [message.slot for message in messages if isinstance(message, ProduceAsset)] == [Slot.narration(0), MUSIC]
    assert approved.start_rendering({}, NOW)[0].state is JobState.RENDERING


def test_without_a_narration_it_waits_at_once() -> None:
    assert start(MUSIC_REQUEST).state is JobState.AWAITING_APPROVAL


def test_narrations_of_an_earlier_plan_do_not_make_it_wait() -> None:
    """A worker that was slow reports the narrations of the plan before."""
    job = start(make_narration("Tea."), MUSIC_REQUEST)
    changed = change(await_approval(job, job.requests, NOW)[0], "Coffee.")
    assert (changed.state, get_plan_version(changed)) == (JobState.PRODUCING, 2)
    assert await_approval(changed, job.requests, NOW)[0] is changed
    assert await_approval(changed, changed.requests, NOW)[0].state is JobState.AWAITING_APPROVAL


def test_the_failure_of_an_old_message_does_not_end_a_waiting_job() -> None:
    waiting = start(MUSIC_REQUEST)
    assert waiting.fail(JobFailure(stage="narration", cause="no voice"), NOW) == (waiting, [])


def test_a_review_ends_at_its_deadline_and_each_change_sets_a_new_one() -> None:
    week, later = NOW + timedelta(days=7), NOW + timedelta(days=9)
    job = start(make_narration("Tea."), MUSIC_REQUEST)
    waiting = await_approval(job, job.requests, NOW, week)[0]
    assert expire(waiting, week - timedelta(seconds=1)) == (waiting, [])
    ended = expire(waiting, week)[0]
    assert ended.state is JobState.CANCELLED
    assert ended.cancel_reason.startswith("its plan was not approved until 2026-12-04T00:00:00Z; duplicate the job")
    assert (ended.waits_until, expire(ended, later)) == (None, (ended, []))
    with pytest.raises(Conflict, match="it was cancelled, since its plan was not approved"):
        approve(ended, None, later)
    fields = (FieldChange(path="title", before="Tea", after="Good tea"),)
    record = PlanChange(changed_at=NOW, changed_by="", fields=fields)
    changed = change_plan(waiting, PLAN, job.requests, [], record, later)[0]
    assert expire(changed, week) == (changed, [])
    other = change_plan(waiting, PLAN, (make_narration("Coffee."),), [], record, later)[0]
    assert (other.state, other.waits_until) == (JobState.PRODUCING, None)
    approved = approve(waiting, None, NOW)[0]
    assert expire(approved, later) == (approved, [])
    for_ever = await_approval(job, job.requests, NOW)[0]
    assert expire(for_ever, later + timedelta(days=999)) == (for_ever, [])


def test_each_state_counts_once_and_the_wait_is_no_work() -> None:
    later = NOW + timedelta(hours=5)
    job = start(make_narration("Tea."), MUSIC_REQUEST)
    waiting = await_approval(job, job.requests, NOW)[0]
    assert count_changes(job, waiting) == {JobState.AWAITING_APPROVAL: 1}
    approved = approve(waiting, None, later)[0]
    assert count_changes(waiting, approved) == {}
    failed = approved.fail(JobFailure(stage="image", cause="no image"), later)[0]
    assert count_changes(approved, failed) == {JobState.FAILED: 1}
    retried = failed.retry(later)[0]
    assert count_changes(failed, retried) == {JobState.FAILED: -1}
    assert count_changes(retried, failed.evolve(entered_at=retried.entered_at)) == {JobState.FAILED: 1}
    assert failed.active_sec == 0


def test_the_history_has_an_end() -> None:
    job = start(MUSIC_REQUEST)
    job = change(job.evolve(requests=(make_narration("Tea."), MUSIC_REQUEST)), "Tea.", "x" * 150_000)
    with pytest.raises(Conflict, match="history is full"):
        change(job, "Tea.", "x" * 60_000)


def test_a_new_narration_drops_its_translations_unless_they_are_given() -> None:
    patch = PlanPatch.parse({"scenes": [{"index": 0, "narration": "Coffee."}]})
    after = change_fields(PLAN, patch)
    assert [one.path for one in list_changes(PLAN, after)] == ["scenes[0].narration", "scenes[0].translations"]
    scene = {"index": 0, "narration": "Coffee.", "translations": {"hi": "कॉफ़ी"}}
    assert change_fields(PLAN, PlanPatch.parse({"scenes": [scene]})).scenes[0].translations == {"hi": "कॉफ़ी"}
    same = change_fields(PLAN, PlanPatch.parse({"title": "Tea", "scenes": [{"index": 0, "narration": "Tea."}]}))
    assert list_changes(PLAN, same) == ()


def test_parts_keep_the_fields_that_are_left_out() -> None:
    after = change_fields(PLAN, PlanPatch.parse({"music": {"mood": "calm"}, "watermark": None, "title": None}))
    assert after.music == PLAN.music.evolve(mood="calm")
    assert (after.watermark, after.title) == (None, None)
