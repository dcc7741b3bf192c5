"""Counts for the metrics, on every backend: each event counts once, and nothing is lost between processes."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import pytest

from sutradhar.domain.core.errors import Conflict
from sutradhar.domain.jobs.job import Job, Outcome
from sutradhar.domain.jobs.job_failure import JobFailure
from sutradhar.domain.jobs.result import Result
from sutradhar.domain.jobs.tallies import Tally
from sutradhar.domain.plan.plan import RenderPlan
from tests.contract.conftest import StoreFixture
from tests.notes import NOTES, Note, make_note
from tests.unit.test_job import REQUESTS

RESULT = Result(
    video="v",
    thumbnail="t",
    summary="s",
    captions={},
    duration_sec=29.5,
    size=1,
    encoder="libx264",
    render_timings={"sound": 3.25, "total": 40},
)


def make_job(kit: StoreFixture, job_id: str) -> Job:
    plan = RenderPlan.model_validate({"topic": "Prahlad", "length_sec": 60, "render": {"mode": "PROXY"}})
    return kit.jobs.create(Job.new(job_id, plan, "hash", kit.clock.now()))[0]


def start_rendering(kit: StoreFixture, job: Job) -> None:
    kit.clock.advance(7)
    kit.jobs.update(job.id, lambda j: j.start_producing(j.requested_plan, REQUESTS, (), kit.clock.now()))
    kit.clock.advance(20)
    kit.jobs.update(job.id, lambda j: j.start_rendering({}, kit.clock.now()))


def test_counts_of_many_processes_add_up(kit: StoreFixture) -> None:
    odd = Tally("provider_errors_total", ('a "quoted".`name`/\n', "प"))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: kit.tallies.add({odd: 2, Tally("seconds"): 0.25}), range(8)))
    kit.tallies.add({})
    assert kit.tallies.read() == {odd: 16, Tally("seconds"): 2}


def test_the_time_of_a_job_counts_once_however_often_its_messages_come(kit: StoreFixture) -> None:
    job = make_job(kit, "job-1")
    start_rendering(kit, job)
    kit.clock.advance(100)
    for _ in range(3):
        kit.jobs.update(job.id, lambda j: j.succeed(j.render_id, RESULT, (), kit.clock.now()))
        kit.clock.advance(1)
    assert kit.tallies.read() == {
        Tally("step_duration_seconds_bucket", ("plan", "10")): 1,
        Tally("step_duration_seconds_sum", ("plan",)): 7,
        Tally("step_duration_seconds_bucket", ("produce", "30")): 1,
        Tally("step_duration_seconds_sum", ("produce",)): 20,
        Tally("step_duration_seconds_bucket", ("render", "120")): 1,
        Tally("step_duration_seconds_sum", ("render",)): 100,
        Tally("step_duration_seconds_bucket", ("render.sound", "5")): 1,
        Tally("step_duration_seconds_sum", ("render.sound",)): 3.25,
        Tally("renders_total", ("libx264",)): 1,
        Tally("job_duration_seconds_bucket", ("60s", "PROXY", "180")): 1,
        Tally("job_duration_seconds_sum", ("60s", "PROXY")): 127,
        Tally("jobs_by_day", ("2026-11-23", "good")): 1,
    }


def test_each_failure_counts_and_the_time_until_a_retry_does_not(kit: StoreFixture) -> None:
    job = make_job(kit, "job-1")
    start_rendering(kit, job)
    for is_users in (True, False):
        error = JobFailure(stage="render", cause="x", is_user_error=is_users, is_timeout=not is_users)
        for _ in range(2):
            kit.jobs.update(job.id, partial(Job.fail, error=error, now=kit.clock.now()))
        kit.clock.advance(5000)
        kit.jobs.update(job.id, lambda j: j.retry(kit.clock.now()))
    kit.clock.advance(1)
    kit.jobs.update(job.id, lambda j: j.succeed(j.render_id, RESULT, (), kit.clock.now()))
    tallies = kit.tallies.read()
    assert tallies[Tally("jobs_failed_total", ("render", "user"))] == 1
    assert tallies[Tally("jobs_failed_total", ("render", "system"))] == 1
    assert tallies[Tally("job_timeouts_total")] == 1
    by_day = {tally.labels[1]: total for tally, total in tallies.items() if tally.metric == "jobs_by_day"}
    assert by_day == {"good": 1, "bad": 1}  # the caller's own mistake counts against no objective
    assert tallies[Tally("job_duration_seconds_sum", ("60s", "PROXY"))] == 28


def test_a_change_of_a_document_counts_once_in_its_own_write(kit: StoreFixture) -> None:
    letters = Tally("letters_total", ("of notes",))
    counted = replace(NOTES, count=lambda before, after: {letters: len(after.text) - len(before.text)})
    kit.documents.create(counted, make_note("a", kit.clock.now()).evolve(text=""))

    def refuse(_note: Note) -> Note:
        raise Conflict("no")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: kit.documents.update(counted, "a", lambda n: n.evolve(text=n.text + "xy")), range(16)))
    kit.documents.update(counted, "a", lambda note: note)
    with pytest.raises(Conflict):
        kit.documents.update(counted, "a", refuse)
    assert kit.tallies.read() == {letters: 32}


def test_a_refused_change_counts_nothing(kit: StoreFixture) -> None:
    job = make_job(kit, "job-1")
    kit.jobs.update(job.id, lambda j: j.cancel(kit.clock.now()))

    def refuse(job: Job) -> Outcome:
        return job.retry(kit.clock.now())

    with pytest.raises(Conflict):
        kit.jobs.update(job.id, refuse)
    assert kit.tallies.read() == {}
