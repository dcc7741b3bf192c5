"""The states of jobs, their transitions, and what the API shows of them."""

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
from sutradhar.domain.jobs.job import Job, JobState, Outcome
from sutradhar.domain.jobs.job_failure import JobFailure
from sutradhar.domain.jobs.job_state import TRANSITIONS
from sutradhar.domain.jobs.job_status import compute_progress
from sutradhar.domain.jobs.messages import DispatchRender, PlanRender, ProduceAsset, StopRender
from sutradhar.domain.jobs.result import Progress, Result
from sutradhar.domain.jobs.review import approve
from sutradhar.domain.jobs.status_answer import describe_status
from sutradhar.domain.plan.plan import RenderPlan

NOW = datetime(2026, 11, 23, tzinfo=UTC)
PLAN = RenderPlan(topic="tea")
REQUESTS = (AssetRequest(slot=MUSIC, spec=MusicSpec(mood="calm", seed=0), provider=ProviderId("m", "1")),)
ERROR = JobFailure(stage="narration", cause="no voice", scene=2)
RESULT = Result(video="v", thumbnail="t", summary="s", captions={}, duration_sec=1.0, size=1)

MOVES: dict[str, Callable[[Job], Outcome]] = {
    "start_producing": lambda j: j.start_producing(PLAN, REQUESTS, ["note"], NOW),
    "start_rendering": lambda j: j.start_rendering({}, NOW),
    "record_execution": lambda j: j.record_execution(j.render_id, "e1", [], NOW),
    "succeed": lambda j: j.succeed(j.render_id, RESULT, [], NOW),
    "fail": lambda j: j.fail(ERROR, NOW),
    "cancel": lambda j: j.cancel(NOW),
    "retry": lambda j: j.retry(NOW),
    "approve": lambda j: approve(j, None, NOW),
}


def new_job() -> Job:
    return Job.new("job-1", PLAN, "hash", NOW)


def move_job(*moves: str) -> Job:
    """Return a new job after ``moves``."""
    job = new_job()
    if moves[:1] == ("ask_for_review",):
        job, moves = job.evolve(requested_plan=PLAN.evolve(review=True)), moves[1:]
    for move in moves:
        job = MOVES[move](job)[0]
    return job


MOVES_TO: dict[JobState, tuple[str, ...]] = {
    JobState.PLANNING: (),
    JobState.PRODUCING: ("start_producing",),
    JobState.AWAITING_APPROVAL: ("ask_for_review", "start_producing"),
    JobState.RENDERING: ("start_producing", "start_rendering", "record_execution"),
    JobState.SUCCEEDED: ("start_producing", "start_rendering", "record_execution", "succeed"),
    JobState.FAILED: ("start_producing", "fail"),
    JobState.CANCELLED: ("start_producing", "start_rendering", "record_execution", "cancel"),
}

RUNNING = (JobState.PLANNING, JobState.PRODUCING, JobState.RENDERING)
LEGAL_MOVES: dict[str, dict[JobState, JobState]] = {
    "start_producing": {JobState.PLANNING: JobState.PRODUCING},
    "start_rendering": {JobState.PRODUCING: JobState.RENDERING},
    "record_execution": {},
    "succeed": {JobState.RENDERING: JobState.SUCCEEDED},
    "fail": dict.fromkeys(RUNNING, JobState.FAILED),
    "cancel": dict.fromkeys((*RUNNING, JobState.AWAITING_APPROVAL), JobState.CANCELLED),
    "retry": {JobState.FAILED: JobState.PRODUCING},
    "approve": {JobState.AWAITING_APPROVAL: JobState.PRODUCING},
}
"""For each move the states that it leaves, and the state that it leads to; in every other state it changes none."""
REFUSED_MOVES = {
    "cancel": (JobState.SUCCEEDED, JobState.FAILED),
    "retry": (JobState.SUCCEEDED, JobState.CANCELLED),
    "approve": tuple(state for state in JobState if state is not JobState.AWAITING_APPROVAL),
}


@pytest.mark.parametrize("state", JobState)
@pytest.mark.parametrize("move", MOVES)
def test_each_move_leads_where_the_table_says_and_a_repeat_changes_nothing(state: JobState, move: str) -> None:
    job = move_job(*MOVES_TO[state])
    assert job.state is state
    if state in REFUSED_MOVES.get(move, ()):
        with pytest.raises(Conflict):
            MOVES[move](job)
        return
    moved, messages = MOVES[move](job)
    assert moved.state is LEGAL_MOVES[move].get(state, state)
    again, messages_again = MOVES[move](moved)
    assert again == moved
    if moved.state is not state:
        assert messages == messages_again == moved.pending_messages()


def test_the_table_of_moves_has_the_transitions_of_jobs() -> None:
    """A retry also leads to the other states in which a job can fail, which a test below checks; the ways to a review
    are tested in test_review.py."""
    moves = [pair for table in LEGAL_MOVES.values() for pair in table.items()]
    moves += [(JobState.FAILED, state) for state in RUNNING if state is not JobState.PRODUCING]
    moves += [(state, JobState.AWAITING_APPROVAL) for state in (JobState.PLANNING, JobState.PRODUCING)]
    transitions = {(start, end) for start, ends in TRANSITIONS.items() for end in ends}
    assert sorted(moves) == sorted(transitions)


def test_the_state_tells_the_pending_messages() -> None:
    assert new_job().pending_messages() == [PlanRender(job_id="job-1")]
    assert move_job("start_producing").pending_messages() == [ProduceAsset(job_id="job-1", slot=MUSIC)]
    assert move_job("start_producing", "start_rendering").pending_messages() == [DispatchRender(job_id="job-1")]
    assert move_job(*MOVES_TO[JobState.SUCCEEDED]).pending_messages() == []
    assert move_job(*MOVES_TO[JobState.CANCELLED]).pending_messages() == [StopRender(job_id="job-1", execution="e1")]


def test_a_finished_job_cannot_be_cancelled_or_retried() -> None:
    job = move_job(*MOVES_TO[JobState.SUCCEEDED])
    with pytest.raises(Conflict, match="already succeeded"):
        job.cancel(NOW)
    with pytest.raises(Conflict, match="only a failed job"):
        job.retry(NOW)


@pytest.mark.parametrize(
    ("moves", "state", "attempt"),
    [
        (("fail",), JobState.PLANNING, 1),
        (("start_producing", "fail"), JobState.PRODUCING, 1),
        (("start_producing", "start_rendering", "record_execution", "fail"), JobState.RENDERING, 2),
    ],
)
def test_a_retry_goes_back_to_where_it_failed(moves: tuple[str, ...], state: JobState, attempt: int) -> None:
    job, messages = move_job(*moves).retry(NOW)
    assert (job.state, job.attempt, job.error, job.execution) == (state, attempt, None, None)
    assert messages == job.pending_messages()


def test_an_execution_recorded_after_the_cancel_is_stopped() -> None:
    _, messages = move_job("start_producing", "start_rendering", "cancel").record_execution("job-1-1", "e1", [], NOW)
    assert messages == [StopRender(job_id="job-1", execution="e1")]


def test_a_stale_render_changes_nothing() -> None:
    job = move_job(*MOVES_TO[JobState.RENDERING])
    assert job.succeed("job-1-0", RESULT, [], NOW)[0] is job
    assert job.record_progress("job-1-0", Progress(stage="picture", done=1, total=2), NOW)[0] is job


def test_progress_never_goes_back() -> None:
    job = move_job(*MOVES_TO[JobState.RENDERING])
    progress: list[float] = []
    for done, total in ((1, 10), (5, 10), (3, 10), (2, 4), (6, 10)):
        job = job.record_progress(job.render_id, Progress(stage="picture", done=done, total=total), NOW)[0]
        progress.append(compute_progress(job, 1))
    assert progress == sorted(progress)


def test_the_status_says_what_a_person_wants_to_know() -> None:
    failed: dict[str, Any] = describe_status(
        move_job("start_producing", "fail"), {}, Account(), base="/render/job-1"
    ).model_dump(mode="json")
    assert (failed["state"], failed["step"], failed["error"]["scene"]) == ("error", "tts", 2)
    assert [line.partition("Z ")[2] or line for line in failed["logs"]][-2:] == ["the job failed", "note"]
    # the voice failed, so the music is not reported
    assert "error" not in [step["state"] for step in failed["steps"] if step["name"] == "music"]
    done = describe_status(move_job(*MOVES_TO[JobState.SUCCEEDED]), {}, Account(), base="/render/job-1").model_dump(
        mode="json"
    )
    assert (done["state"], done["step"], done["progress_pct"]) == ("success", "completed", 100)
    assert done["final_video_url"] == "/render/job-1/file?kind=video"
    assert describe_status(new_job(), {}, Account(), base="/render/job-1").model_dump(mode="json")["state"] == "pending"


def test_a_job_survives_being_stored() -> None:
    job = move_job("start_producing")
    later = job.fail(ERROR, NOW + timedelta(seconds=5))[0]
    assert later.updated_at - job.updated_at == timedelta(seconds=5)
    assert Job.from_record(later.to_record()) == later
