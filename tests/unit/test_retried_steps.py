"""A retry changes neither the times of what was done before it, nor the progress that callers have seen."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sutradhar.domain.assets.requests import AssetRequest
from sutradhar.domain.assets.slot import MUSIC, Slot
from sutradhar.domain.assets.specs import ImageSpec
from sutradhar.domain.billing.ledger import Account
from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.core.errors import Conflict
from sutradhar.domain.jobs.job import Job, JobState, Outcome
from sutradhar.domain.jobs.job_failure import JobFailure
from sutradhar.domain.jobs.job_status import compute_progress
from sutradhar.domain.jobs.result import Progress
from sutradhar.domain.jobs.status_answer import describe_status
from sutradhar.domain.jobs.steps import StepStatus, list_steps
from tests.unit.test_steps import ASSETS, MOVES, PLAN, REQUESTS, START, TRACK, find_assets, get_states, move_job

IMAGE = Slot("image", 0)


def add_seconds(seconds: int) -> datetime:
    return START + timedelta(seconds=seconds)


def report(job: Job, now: datetime, tenths: int) -> Outcome:
    progress = Progress(stage="gate" if tenths > 8 else "picture", done=tenths, total=10)
    return job.record_progress(job.render_id, progress, now)


def list_by_name(job: Job) -> dict[str, StepStatus]:
    return {step.name: step for step in list_steps(job, find_assets(job))}


@given(st.lists(st.sampled_from([*sorted(MOVES), "retry", "retry", *range(11)]), max_size=25))
def test_times_that_callers_have_seen_stay_and_progress_only_grows(moves: list[str | int]) -> None:
    job = Job.new("job-1", PLAN, "hash", START)
    steps, percent = list_by_name(job), 0.0
    for number, move in enumerate(moves, 1):
        now, before = START + timedelta(seconds=number), job.state
        try:
            job = (report(job, now, move) if isinstance(move, int) else MOVES[move](job, now))[0]
        except Conflict:
            continue
        earlier, steps = steps, list_by_name(job)
        for name, step in steps.items():
            if step.finished_at:
                assert step.started_at
                assert step.started_at <= step.finished_at <= now
            if earlier[name].finished_at:
                assert step.finished_at == earlier[name].finished_at
            if step.state == "running" and before is JobState.FAILED and job.state is not before:
                assert (step.started_at, step.finished_at) == (now, None)
        percent, last = compute_progress(job, len(find_assets(job))), percent
        assert percent >= last


def test_the_second_attempt_to_render_begins_with_its_first_step() -> None:
    first = ("produce", "render", "execute", "draw", "store")
    job = move_job(*first, "fail", "retry")
    assert get_states(job)["subtitles"] == "running"
    assert get_states(job)["stitch"] == get_states(job)["upload"] == "pending"
    assert compute_progress(job, 1) == compute_progress(move_job(*first), 1)
    steps = list_by_name(job)
    assert steps["subtitles"].started_at == START + timedelta(seconds=7)
    assert steps["planning"].finished_at == START + timedelta(seconds=1)
    assert steps["music"].finished_at == START + timedelta(seconds=2)
    again = move_job(*first, "fail", "retry", "execute", "draw")
    assert again.progress == Progress(stage="picture", done=3, total=10)
    assert compute_progress(again, 1) == compute_progress(job, 1)


def test_a_retry_of_the_assets_keeps_the_times_of_the_plan() -> None:
    job = move_job("produce", "fail", "retry")
    steps = list_by_name(job)
    assert steps["planning"].finished_at == START + timedelta(seconds=1)
    assert (steps["music"].state, steps["music"].started_at) == ("running", START + timedelta(seconds=3))
    answer = describe_status(job, {}, Account(), base="https://x.example/render/job-1")
    assert answer.started_at == START + timedelta(seconds=1)


def test_an_asset_that_was_made_before_a_retry_keeps_its_time() -> None:
    image = AssetRequest(
        slot=IMAGE, spec=ImageSpec(prompt="x", style="", width=64, height=64, seed=0), provider=ProviderId("i", "1")
    )
    job = Job.new("job-1", PLAN, "hash", START).start_producing(PLAN, (*REQUESTS, image), [], add_seconds(1))[0]
    job = job.fail(JobFailure(stage="image", cause="x"), add_seconds(5), {MUSIC})[0]
    assert job.to_record() == Job.from_record(job.to_record()).to_record()
    job = job.retry(add_seconds(60))[0]
    steps = {step.name: step for step in list_steps(job, ASSETS)}
    assert (steps["music"].state, steps["music"].started_at, steps["music"].finished_at) == (
        "done",
        add_seconds(1),
        add_seconds(5),
    )
    assert (steps["images"].state, steps["images"].started_at, steps["images"].finished_at) == (
        "running",
        add_seconds(60),
        None,
    )
    job = job.start_rendering({**ASSETS, IMAGE: TRACK}, add_seconds(70))[0]
    steps = {step.name: step for step in list_steps(job, job.assets)}
    assert (steps["music"].started_at, steps["music"].finished_at) == (add_seconds(1), add_seconds(5))
    assert (steps["images"].started_at, steps["images"].finished_at) == (add_seconds(60), add_seconds(70))


def test_a_job_of_an_earlier_version_has_the_times_of_its_states() -> None:
    job = move_job("produce", "render", "execute").evolve(left_at={})
    steps = list_by_name(job)
    assert (steps["planning"].finished_at, steps["music"].finished_at) == (
        START + timedelta(seconds=1),
        START + timedelta(seconds=2),
    )
