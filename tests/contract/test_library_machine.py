"""In any order of calls the pages of the library neither repeat nor lose an entry, also while jobs are written."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.job_failure import JobFailure
from sutradhar.domain.jobs.job_status import name_state
from sutradhar.domain.jobs.library import LibraryFilter
from sutradhar.domain.jobs.messages import Message
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.text.search_words import fold_words
from tests.contract.conftest import StoreFixture, gcp_kit, local_kit
from tests.contract.machines import play

TOPICS = ("green tea", "Tea with milk", "हरी चाय", "चाय और दूध")
FILTERS = st.builds(
    LibraryFilter,
    owner=st.sampled_from([None, "key-1", "key-2"]),
    state=st.sampled_from([None, "pending", "error"]),
    language=st.sampled_from([None, "en", "hi"]),
    words=st.sampled_from([(), ("te",), ("tea", "g"), ("चा",), ("दू", "च")]),
)


def matches(job: Job, matching: LibraryFilter) -> bool:
    """Return whether ``job`` is among the entries, by a reading of the filter that looks at every job."""
    words = fold_words(job.requested_plan.topic or "")
    return (
        matching.owner in (None, job.owner)
        and matching.state in (None, name_state(job))
        and matching.language in (None, job.requested_plan.spoken_language)
        and all(any(word.startswith(one) for word in words) for one in matching.words)
    )


class LibraryMachine(RuleBasedStateMachine):
    kits: Callable[[], Iterator[StoreFixture]]

    def __init__(self) -> None:
        super().__init__()
        self._kit = type(self).kits()
        self.kit = next(self._kit)
        self.jobs: dict[str, Job] = {}

    @rule(topic=st.sampled_from(TOPICS), owner=st.sampled_from(["", "key-1", "key-2"]), seconds=st.integers(0, 1))
    def create(self, topic: str, owner: str, seconds: int) -> None:
        """Create a job, perhaps in the same moment as the one before."""
        self.kit.clock.advance(seconds)
        name = f"job-{len(self.jobs):02}"
        job = Job.new(name, RenderPlan(topic=topic), "hash", self.kit.clock.now()).evolve(owner=owner)
        self.jobs[name], _ = self.kit.jobs.create(job)

    @rule(number=st.integers(0, 9))
    def move(self, number: int) -> None:
        """Let a job fail, or go on after its failure."""
        name = f"job-{number:02}"
        if name not in self.jobs:
            return

        def change(job: Job) -> tuple[Job, Sequence[Message]]:
            if job.state is JobState.FAILED:
                return job.retry(self.kit.clock.now())
            return job.fail(JobFailure(stage="plan", cause="x"), self.kit.clock.now())

        self.jobs[name], _ = self.kit.jobs.update(name, change)

    @rule(matching=FILTERS, limit=st.integers(1, 3), data=st.data())
    def walk_while_jobs_are_written(self, matching: LibraryFilter, limit: int, data: st.DataObject) -> None:
        """List a job that matched all the time once, and one that began or ceased to match at most once."""
        always = {name for name, job in self.jobs.items() if matches(job, matching)}
        listed: list[str] = []
        after = None
        while True:
            page = self.kit.jobs.list_entries(matching, limit, after)
            listed += [entry.job_id for entry in page.entries]
            after = page.after
            if after is None:
                break
            if data.draw(st.booleans()):
                self.move(data.draw(st.integers(0, 9)))
            if data.draw(st.booleans()):
                self.create("green tea", "key-1", 0)
            always &= {name for name, job in self.jobs.items() if matches(job, matching)}
        assert len(listed) == len(set(listed))
        assert always <= set(listed)
        order = [(self.jobs[name].created_at, name) for name in listed]
        assert order == sorted(order, reverse=True)

    @rule(matching=FILTERS, size=st.integers(1, 3))
    def turn_pages_by_number(self, matching: LibraryFilter, size: int) -> None:
        expected = sorted(
            (job for job in self.jobs.values() if matches(job, matching)),
            key=lambda job: (job.created_at, job.id),
            reverse=True,
        )
        for number in range(len(expected) // size + 2):
            page = self.kit.jobs.list_entries(matching, size, skip=number * size)
            assert [e.job_id for e in page.entries] == [j.id for j in expected[number * size : (number + 1) * size]]
            assert (page.after is not None) == (len(expected) > (number + 1) * size)

    @invariant()
    def totals_are_right(self) -> None:
        for matching in (LibraryFilter(), LibraryFilter(owner="key-1", state="error"), LibraryFilter(words=("tea",))):
            assert self.kit.jobs.count_entries(matching) == sum(matches(job, matching) for job in self.jobs.values())

    def teardown(self) -> None:
        next(self._kit, None)


def test_the_local_library_neither_repeats_nor_loses_an_entry(tmp_path_factory: pytest.TempPathFactory) -> None:
    play(LibraryMachine, lambda: local_kit(Path(tmp_path_factory.mktemp("library"))), examples=40, steps=20)


@pytest.mark.usefixtures("emulators")
def test_the_library_of_google_cloud_neither_repeats_nor_loses_an_entry() -> None:
    play(LibraryMachine, gcp_kit, examples=15, steps=20)
