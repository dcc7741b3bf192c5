"""The steps of a job: the same ones in the same order, in every state, whatever happened before."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutradhar.domain.assets.asset import Asset
from sutradhar.domain.assets.requests import AssetRequest
from sutradhar.domain.assets.slot import MUSIC, Slot
from sutradhar.domain.assets.specs import MusicSpec
from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.core.errors import Conflict
from sutradhar.domain.jobs.job import Job, JobState, Outcome
from sutradhar.domain.jobs.job_failure import JobFailure
from sutradhar.domain.jobs.publication_note import PublicationNote
from sutradhar.domain.jobs.result import Progress, Result
from sutradhar.domain.jobs.steps import STEPS, StepStatus, list_steps, name_step
from sutradhar.domain.plan.plan import RenderPlan

START = datetime(2026, 11, 23, tzinfo=UTC)
PLAN = RenderPlan.parse({"topic": "tea"})
REQUESTS = (AssetRequest(slot=MUSIC, spec=MusicSpec(mood="calm", seed=0), provider=ProviderId("m", "1")),)
TRACK = Asset(key="k", kind="music", blob="b", sha256="s", size=1, provider="m/1")
ASSETS = {MUSIC: TRACK}
RESULT = Result(video="v", thumbnail="t", summary="s", captions={}, duration_sec=1.0, size=1)

Move = Callable[[Job, datetime], Outcome]
MOVES: dict[str, Move] = {
    "produce": lambda job, now: job.start_producing(PLAN, REQUESTS, [], now),
    "render": lambda job, now: job.start_rendering(ASSETS, now),
    "execute": lambda job, now: job.record_execution(job.render_id, "e1", [], now),
    "draw": lambda job, now: job.record_progress(job.render_id, Progress(stage="picture", done=3, total=10), now),
    "store": lambda job, now: job.record_progress(job.render_id, Progress(stage="gate", done=9, total=10), now),
    "succeed": lambda job, now: job.succeed(job.render_id, RESULT, [], now),
    "fail": lambda job, now: job.fail(JobFailure(stage="music", cause="x"), now),
    "refuse": lambda job, now: job.fail(JobFailure(stage="quality gate", cause="x"), now),
    "cancel": lambda job, now: job.cancel(now),
    "retry": lambda job, now: job.retry(now),
}


def move_job(*moves: str) -> Job:
    """Return a new job after those of ``moves`` that its state allows, one second apart."""
    job = Job.new("job-1", PLAN, "hash", START)
    for number, move in enumerate(moves, 1):
        try:
            job = MOVES[move](job, START + timedelta(seconds=number))[0]
        except Conflict:
            continue
    return job


def find_assets(job: Job) -> dict[Slot, Asset]:
    return dict(job.assets)


def get_states(job: Job) -> dict[str, str]:
    return {step.name: step.state for step in list_steps(job, find_assets(job))}


@given(st.lists(st.sampled_from(sorted(MOVES)), max_size=12))
def test_every_job_has_every_step_and_its_step_is_one_that_runs_or_ended(moves: list[str]) -> None:
    job = move_job(*moves)
    steps = list_steps(job, find_assets(job))
    assert tuple(step.name for step in steps) == STEPS
    by_name = {step.name: step for step in steps}
    at = by_name[name_step(job, find_assets(job))]
    expected = {JobState.SUCCEEDED: "done", JobState.FAILED: "error", JobState.CANCELLED: "canceled"}
    assert at.state in {expected.get(job.state, "running"), *({"done"} if job.state is JobState.RENDERING else set())}
    for step in steps:
        _check_times(step)
    if job.state is JobState.SUCCEEDED:
        assert {step.state for step in steps} == {"done", "skipped"}


def _check_times(step: StepStatus) -> None:
    assert (step.finished_at is not None) <= (step.state == "done")
    if step.state in ("running", "error", "canceled", "done"):
        assert step.started_at is not None
    if step.state == "skipped":
        assert step.started_at is step.finished_at is None


def test_the_steps_of_a_render_follow_one_another() -> None:
    ready = ("produce", "render")
    for moves, running in (
        (ready, "subtitles"),
        ((*ready, "execute"), "stitch"),
        ((*ready, "execute", "draw"), "stitch"),
        ((*ready, "execute", "draw", "store"), "upload"),
    ):
        job = move_job(*moves)
        assert name_step(job, ASSETS) == running
        assert [name for name, state in get_states(job).items() if state == "running"] == [running]


def test_a_step_that_is_not_needed_is_skipped() -> None:
    states = get_states(move_job("produce"))
    assert {name for name, state in states.items() if state == "skipped"} == {
        "images",
        "tts",
        "sounds",
        "youtube_publish",
    }
    assert states["music"] == "running"
    mute = PLAN.evolve(subtitle_languages=())
    job = Job.new("job-1", mute, "hash", START).start_producing(mute, REQUESTS, [], START)[0]
    assert get_states(job)["subtitles"] == "skipped"


def test_a_failure_is_shown_at_its_step() -> None:
    assert get_states(move_job("produce", "fail"))["music"] == "error"
    refused = move_job("produce", "render", "execute", "draw", "refuse")
    assert (name_step(refused, ASSETS), get_states(refused)["upload"], get_states(refused)["stitch"]) == (
        "upload",
        "error",
        "done",
    )
    stopped = move_job("produce", "cancel")
    assert (name_step(stopped, {}), get_states(stopped)["music"]) == ("music", "canceled")


@pytest.mark.parametrize(
    ("state", "minutes", "step", "step_state"),
    [
        ("scheduled", 0, "youtube_publish", "pending"),  # as soon as the video is finished
        ("uploading", 0, "youtube_publish", "running"),
        ("uploaded", 0, "youtube_publish", "running"),
        ("published", 0, "completed", "done"),
        ("failed", 0, "completed", "error"),
        ("canceled", 0, "completed", "canceled"),
        ("scheduled", 60, "completed", "pending"),  # the video is finished long before
        ("uploading", 60, "youtube_publish", "running"),
        ("uploaded", 60, "completed", "running"),
    ],
)
def test_a_finished_job_is_at_its_publication_on_youtube_until_that_ends(
    state: str, minutes: int, step: str, step_state: str
) -> None:
    job = move_job("produce", "render", "execute", "succeed")
    at = START + timedelta(minutes=minutes)
    note = PublicationNote(id="pub-1", number=1, state=state, publish_at=at, started_at=at, noted_at=at)
    published = job.evolve(publications={"youtube": note})
    assert (name_step(published, ASSETS), get_states(published)["youtube_publish"]) == (step, step_state)
    elsewhere = job.evolve(publications={"folder": note})
    assert (name_step(elsewhere, ASSETS), get_states(elsewhere)["youtube_publish"]) == ("completed", "skipped")
