"""The progress of a job with a review never goes back, also if its caller changes the narrations."""

from hypothesis import given
from hypothesis import strategies as st

from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.job_status import compute_progress
from sutradhar.domain.jobs.review import approve, await_approval
from tests.contract.webhook_post import make_narration
from tests.unit.test_review import MUSIC_REQUEST, NOW, change, start


@given(st.lists(st.sampled_from(["make", "change"]), max_size=12))
def test_progress_only_grows(moves: list[str]) -> None:
    job, fractions = start(make_narration("Tea."), MUSIC_REQUEST), [0.0]

    def look(after: Job, ready: int) -> None:
        fractions.append(compute_progress(after, ready))
        assert fractions[-1] >= fractions[-2], fractions

    look(job, 0)
    for number, move in enumerate([*moves, "make"]):
        if move == "make" and job.state is JobState.PRODUCING:
            look(job, 1)
            job = await_approval(job, job.requests, NOW)[0]
            look(job, 1)
        elif move == "change" and job.state is JobState.AWAITING_APPROVAL:
            job = change(job, f"Tea {number}.")
            look(job, 0)
    job = approve(job, None, NOW)[0]
    look(job, 1)
    look(job, 2)
    look(job.start_rendering({}, NOW)[0], 2)


def test_a_waiting_job_has_not_made_its_assets() -> None:
    job = start(make_narration("Tea."), MUSIC_REQUEST)
    waiting = await_approval(job, job.requests, NOW)[0]
    assert 0.02 < compute_progress(waiting, 1) < 0.25
