"""Counts of days, on every backend: each event counts once, for its owner and for everyone."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from sutradhar.domain.core.errors import Conflict
from sutradhar.domain.jobs.day_tallies import EVERYONE, DayChange
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.jobs.job_failure import JobFailure
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.ports.records import Values
from tests.contract.conftest import StoreFixture
from tests.contract.test_tallies import RESULT, start_rendering

ASHA, RAVI = "key-asha", "key/ravi 1"


def make_job(kit: StoreFixture, job_id: str, owner: str = ASHA) -> Job:
    job = Job.new(job_id, RenderPlan(topic="tea"), "hash", kit.clock.now())
    return kit.jobs.create(job.evolve(owner=owner))[0]


def today(kit: StoreFixture) -> date:
    return kit.clock.now().date()


def read(kit: StoreFixture, owner: str, days: int = 0) -> dict[date, dict[str, float]]:
    counts = kit.day_tallies.read(owner, today(kit) - timedelta(days=days), today(kit))
    return {day: dict(one) for day, one in counts.items()}


def test_the_start_and_the_end_of_a_job_count_once_for_its_owner_and_for_everyone(kit: StoreFixture) -> None:
    job = make_job(kit, "job-1")
    make_job(kit, "job-1")  # a repeat
    make_job(kit, "job-2", RAVI)
    start_rendering(kit, job)
    kit.clock.advance(100)
    for _ in range(3):  # the message comes again
        kit.jobs.update(job.id, lambda j: j.succeed(j.render_id, RESULT, (), kit.clock.now()))
    kit.jobs.update("job-2", lambda j: j.cancel(kit.clock.now()))
    took = {"succeeded": 1, "took 14": 1}  # 127 s: sqrt(2) ** 14 is 128
    assert read(kit, ASHA) == {today(kit): {"started": 1, **took}}
    assert read(kit, RAVI) == {today(kit): {"started": 1, "canceled": 1}}
    assert read(kit, EVERYONE) == {today(kit): {"started": 2, "canceled": 1, **took}}
    assert read(kit, "") == {}


def test_each_event_counts_on_its_own_day_and_other_days_are_left_out(kit: StoreFixture) -> None:
    began = today(kit)
    job = make_job(kit, "job-1")
    kit.clock.advance(40 * 86_400)
    kit.jobs.update(job.id, lambda j: j.fail(JobFailure(stage="plan", cause="x"), kit.clock.now()))
    kit.jobs.update(job.id, lambda j: j.retry(kit.clock.now()))
    assert read(kit, ASHA, 40) == {began: {"started": 1}, today(kit): {"failed": 1}}
    assert read(kit, ASHA, 39) == {today(kit): {"failed": 1}}
    assert kit.day_tallies.read(ASHA, began, began) == {began: {"started": 1}}


def test_a_change_of_records_counts_in_its_own_write(kit: StoreFixture) -> None:
    def add_one(values: Values) -> Values:
        return {"n": str(int(values.get("n", "0")) + 1)}

    def count(before: Values, after: Values) -> DayChange:
        return DayChange(today(kit), ASHA, {"spent": int(after["n"]) - int(before.get("n", "0"))})

    def refuse(_values: Values) -> Values:
        raise Conflict("no")

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: kit.records.update(["n"], add_one, count), range(12)))
    kit.records.update(["n"], lambda values: values, count)  # no change
    with pytest.raises(Conflict):
        kit.records.update(["n"], refuse, count)
    assert read(kit, ASHA) == read(kit, EVERYONE) == {today(kit): {"spent": 12}}
