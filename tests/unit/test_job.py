from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sutradhar.domain.assets.requests import AssetRequest
from sutradhar.domain.assets.slot import MUSIC
from sutradhar.domain.assets.specs import MusicSpec
from sutradhar.domain.billing.ledger import Account
from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.core.errors import Conflict
from sutradhar.domain.jobs.job import TRANSITIONS, Job, JobFailure, JobState, Outcome, Progress, Result
from sutradhar.domain.jobs.job_status import compute_progress, describe_status
from sutradhar.domain.jobs.messages import DispatchRender, PlanRender, ProduceAsset, StopRender
from sutradhar.domain.plan.plan import RenderPlan

NOW = datetime(2026, 11, 23, tzinfo=UTC)
PLAN = RenderPlan(topic="tea")
REQUESTS = (AssetRequest(slot=MUSIC, spec=MusicSpec(mood="calm", seed=0), provider=ProviderId("m", "1")),)
ERROR = JobFailure(stage="narration", cause="no voice", scene=2)
RESULT = Result(video="v", thumbnail="t", summary="s", captions={}, duration_sec=1.0, size=1)

MOVES: dict[str, Callable[[Job], Outcome]] = {
    "planned": lambda j: j.start_producing(PLAN, REQUESTS, ["note"], NOW),
    "assets_ready": lambda j: j.start_rendering({}, NOW),
    "render_started": lambda j: j.record_execution(j.render_id, "e1", [], NOW),
    "succeeded": lambda j: j.succeed(j.render_id, RESULT, [], NOW),
    "failed": lambda j: j.fail(ERROR, NOW),
    "cancelled": lambda j: j.cancel(NOW),
    "retried": lambda j: j.retry(NOW),
}


def fresh() -> Job:
    return Job.new("job-1", PLAN, "hash", NOW)


def after(*moves: str) -> Job:
    job = fresh()
    for move in moves:
        job = MOVES[move](job)[0]
    return job


IN = {
    JobState.PLANNING: (),
    JobState.PRODUCING: ("planned",),
    JobState.RENDERING: ("planned", "assets_ready", "render_started"),
    JobState.SUCCEEDED: ("planned", "assets_ready", "render_started", "succeeded"),
    JobState.FAILED: ("planned", "failed"),
    JobState.CANCELLED: ("planned", "assets_ready", "render_started", "cancelled"),
}


@pytest.mark.parametrize("state", JobState)
@pytest.mark.parametrize("move", MOVES)
def test_from_any_state_every_move_keeps_to_the_arrows_and_repeats_change_nothing(state: JobState, move: str) -> None:
    job = after(*IN[state])
    assert job.state is state
    try:
        moved, _ = MOVES[move](job)
    except Conflict:
        return
    assert moved.state is state or moved.state in TRANSITIONS[state]
    if move != "retried":
        try:
            again, _ = MOVES[move](moved)
        except Conflict:
            return
        assert again == moved


def test_the_state_tells_what_is_owed() -> None:
    assert fresh().pending_messages() == [PlanRender(job_id="job-1")]
    assert after("planned").pending_messages() == [ProduceAsset(job_id="job-1", slot=MUSIC)]
    assert after("planned", "assets_ready").pending_messages() == [DispatchRender(job_id="job-1")]
    assert after(*IN[JobState.SUCCEEDED]).pending_messages() == []
    assert after(*IN[JobState.CANCELLED]).pending_messages() == [StopRender(job_id="job-1", execution="e1")]


def test_a_finished_job_cannot_be_cancelled_or_retried() -> None:
    job = after(*IN[JobState.SUCCEEDED])
    with pytest.raises(Conflict, match="already succeeded"):
        job.cancel(NOW)
    with pytest.raises(Conflict, match="only a failed job"):
        job.retry(NOW)


@pytest.mark.parametrize(
    ("moves", "state", "attempt"),
    [
        (("failed",), JobState.PLANNING, 1),
        (("planned", "failed"), JobState.PRODUCING, 1),
        (("planned", "assets_ready", "render_started", "failed"), JobState.RENDERING, 2),
    ],
)
def test_a_retry_goes_back_to_where_it_failed(moves: tuple[str, ...], state: JobState, attempt: int) -> None:
    job, owed = after(*moves).retry(NOW)
    assert (job.state, job.attempt, job.error, job.execution) == (state, attempt, None, None)
    assert owed == job.pending_messages()


def test_an_execution_recorded_after_the_cancel_is_stopped() -> None:
    _, owed = after("planned", "assets_ready", "cancelled").record_execution("job-1-1", "e1", [], NOW)
    assert owed == [StopRender(job_id="job-1", execution="e1")]


def test_a_stale_render_changes_nothing() -> None:
    job = after(*IN[JobState.RENDERING])
    assert job.succeed("job-1-0", RESULT, [], NOW)[0] is job
    assert job.record_progress("job-1-0", Progress(stage="picture", done=1, total=2), NOW)[0] is job


def test_progress_never_goes_back() -> None:
    job, seen = after(*IN[JobState.RENDERING]), []
    for done, total in ((1, 10), (5, 10), (3, 10), (2, 4), (6, 10)):
        job = job.record_progress(job.render_id, Progress(stage="picture", done=done, total=total), NOW)[0]
        seen.append(compute_progress(job, 1))
    assert seen == sorted(seen)


def test_the_status_says_what_a_person_wants_to_know() -> None:
    failed: dict[str, Any] = describe_status(after("planned", "failed"), {}, Account(), base="/render/job-1")
    assert (failed["state"], failed["step"], failed["error"]["scene"]) == ("error", "tts", 2)
    assert failed["logs"] == ["note"]
    # the voice failed, so the music is not reported
    assert "error" not in [step["state"] for step in failed["steps"] if step["name"] == "music"]
    done = describe_status(after(*IN[JobState.SUCCEEDED]), {}, Account(), base="/render/job-1")
    assert (done["state"], done["step"], done["progress_pct"]) == ("success", "completed", 100)
    assert done["final_video_url"] == "/render/job-1/file?kind=video"
    assert describe_status(fresh(), {}, Account(), base="/render/job-1")["state"] == "pending"


def test_a_job_survives_being_stored() -> None:
    job = after("planned")
    later = job.fail(ERROR, NOW + timedelta(seconds=5))[0]
    assert later.updated_at - job.updated_at == timedelta(seconds=5)
    assert Job.from_record(later.to_record()) == later
