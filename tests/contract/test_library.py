"""Contract of the library on every backend: pages, filters, search, counts."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from sutradhar.backends.local.stores import SqliteJobStore
from sutradhar.domain.core.errors import InvalidRequest
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.job_failure import JobFailure
from sutradhar.domain.jobs.library import LibraryEntry, LibraryFilter
from sutradhar.domain.jobs.messages import Message
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.text.search_words import read_search_words
from tests.contract.conftest import StoreFixture


def add_job(kit: StoreFixture, name: str, owner: str = "", **plan: object) -> Job:
    """Store a job that is one second younger than the one before."""
    kit.clock.advance(1)
    requested_plan = RenderPlan.model_validate({"topic": "tea", **plan})
    job = Job.new(name, requested_plan, "hash", kit.clock.now())
    return kit.jobs.create(job.evolve(owner=owner))[0]


def fail(kit: StoreFixture, name: str) -> None:
    def change(job: Job) -> tuple[Job, Sequence[Message]]:
        return job.fail(JobFailure(stage="plan", cause="x"), kit.clock.now())

    kit.jobs.update(name, change)


def walk(kit: StoreFixture, matching: LibraryFilter, limit: int) -> Iterator[LibraryEntry]:
    """Yield the entries of all pages."""
    after = None
    while True:
        page = kit.jobs.list_entries(matching, limit, after)
        assert len(page.entries) <= limit
        yield from page.entries
        after = page.after
        if after is None:
            return


def names(kit: StoreFixture, query: str = "", **values: Any) -> list[str]:
    matching = LibraryFilter(words=read_search_words(query), **values)
    listed = [entry.job_id for entry in kit.jobs.list_entries(matching, 50).entries]
    total = kit.jobs.count_entries(matching)
    assert total == len(listed) or (total is None and len(matching.words) > 1)
    return listed


def test_an_empty_library_has_no_pages(kit: StoreFixture) -> None:
    page = kit.jobs.list_entries(LibraryFilter(), 5)
    assert (list(page.entries), page.after, kit.jobs.count_entries(LibraryFilter())) == ([], None, 0)
    total = kit.jobs.count_entries(LibraryFilter(words=("tea",)))
    assert (total, type(total)) == (0, int)


def test_an_entry_follows_its_job(kit: StoreFixture) -> None:
    add_job(kit, "a", owner="key-1", topic="चाय की कहानी", title=None)
    (entry,) = kit.jobs.list_entries(LibraryFilter(), 5).entries
    assert (entry.job_id, entry.owner, entry.state, entry.language) == ("a", "key-1", "pending", "hi")
    assert (entry.title, entry.duration_sec, entry.finished_at) == ("चाय की कहानी", None, None)
    plan = RenderPlan.model_validate({"topic": "चाय की कहानी", "title": "A Cup of Tea", "language": "hi"})
    kit.jobs.update("a", lambda job: job.start_producing(plan, (), (), kit.clock.now()))
    (entry,) = kit.jobs.list_entries(LibraryFilter(), 5).entries
    assert (entry.title, entry.state) == ("A Cup of Tea", "running")
    assert names(kit, "cup") == names(kit, "कहा") == ["a"]
    kit.clock.advance(5)
    fail(kit, "a")
    (entry,) = kit.jobs.list_entries(LibraryFilter(), 5).entries
    assert (entry.state, entry.finished_at) == ("error", kit.clock.now())
    kit.jobs.update("a", lambda job: job.retry(kit.clock.now()))
    assert names(kit, state="error") == []
    assert names(kit, state="running") == ["a"]


def test_filters_and_counts_agree(kit: StoreFixture) -> None:
    for number in range(12):
        topic = "चाय" if number % 3 == 0 else "tea"
        add_job(kit, f"job-{number:02}", owner=f"key-{number % 2}", topic=topic)
        if number % 4 == 0:
            fail(kit, f"job-{number:02}")
    assert names(kit) == [f"job-{number:02}" for number in reversed(range(12))]
    assert names(kit, owner="key-1") == ["job-11", "job-09", "job-07", "job-05", "job-03", "job-01"]
    assert names(kit, state="error") == ["job-08", "job-04", "job-00"]
    assert names(kit, language="hi") == ["job-09", "job-06", "job-03", "job-00"]
    assert names(kit, language="hi", state="error") == ["job-00"]
    assert names(kit, owner="key-0", state="error") == ["job-08", "job-04", "job-00"]
    assert names(kit, owner="key-1", language="hi") == ["job-09", "job-03"]
    assert names(kit, owner="key-1", state="error", language="hi") == []
    assert names(kit, "चाय", owner="key-1", state="pending", language="hi") == ["job-09", "job-03"]
    assert names(kit, owner="key-none") == []


def test_a_word_is_found_by_its_beginning_in_either_script(kit: StoreFixture) -> None:
    add_job(kit, "prahlad", topic="The Story of Prahlad", title="भक्त प्रह्लाद")
    add_job(kit, "price", topic="The price of tea")
    add_job(kit, "pizza", topic="Pizza, plain", title=None)
    assert names(kit, "pr") == ["price", "prahlad"]
    assert names(kit, "PRAH") == names(kit, "प्रह") == names(kit, "प्र") == ["prahlad"]
    assert names(kit, "lad") == []  # only beginnings
    assert names(kit, "p") == ["pizza", "price", "prahlad"]
    assert names(kit, "पिज़्ज़ा") == []
    assert names(kit, "story of prah") == names(kit, "prahlad, story!") == ["prahlad"]
    assert names(kit, "tea prahlad") == []
    assert names(kit, "prahlad", state="pending", language="hi") == []
    assert names(kit, "prahlad", state="pending", language="en") == ["prahlad"]


def test_spellings_of_one_hindi_word_are_one_word(kit: StoreFixture) -> None:
    add_job(kit, "a", topic="ज़मीन पर चाँद")
    assert names(kit, "जमीन") == names(kit, "ज़मीन") == names(kit, "चांद") == names(kit, "चाँ") == ["a"]


def test_pages_neither_repeat_nor_lose_an_entry_of_one_moment(kit: StoreFixture) -> None:
    now = kit.clock.now()
    for number in range(9):
        kit.jobs.create(Job.new(f"job-{number}", RenderPlan(topic="green tea"), "hash", now))
    for matching in (LibraryFilter(), LibraryFilter(words=("tea",)), LibraryFilter(words=("green", "tea"))):
        listed = [entry.job_id for entry in walk(kit, matching, 2)]
        assert listed == [f"job-{number}" for number in reversed(range(9))]
        second = kit.jobs.list_entries(matching, 4, skip=4)
        assert [entry.job_id for entry in second.entries] == ["job-4", "job-3", "job-2", "job-1"]
        assert second.after is not None
        assert [e.job_id for e in kit.jobs.list_entries(matching, 4, second.after).entries] == ["job-0"]


def test_more_entries_than_firestore_counts_have_no_total(kit: StoreFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sutradhar.backends.gcp.library.MAX_COUNTED", 3)
    for name in "abc":
        add_job(kit, name, topic="tea")
    assert kit.jobs.count_entries(LibraryFilter(words=("tea",))) == 3
    add_job(kit, "d", topic="tea")
    counts_all = isinstance(kit.jobs, SqliteJobStore)
    for matching in (LibraryFilter(), LibraryFilter(words=("tea",))):
        assert kit.jobs.count_entries(matching) == (4 if counts_all else None)


def test_a_new_job_does_not_move_the_next_page(kit: StoreFixture) -> None:
    for name in "abc":
        add_job(kit, name)
    first = kit.jobs.list_entries(LibraryFilter(), 2)
    add_job(kit, "late")
    second = kit.jobs.list_entries(LibraryFilter(), 2, first.after)
    assert [entry.job_id for entry in (*first.entries, *second.entries)] == ["c", "b", "a"]


@pytest.mark.parametrize("wrong", ["x", "!", "W10"])
def test_an_invented_cursor_is_refused(kit: StoreFixture, wrong: str) -> None:
    with pytest.raises(InvalidRequest):
        kit.jobs.list_entries(LibraryFilter(), 2, wrong)


def test_the_largest_title_fits_beside_the_job(kit: StoreFixture) -> None:
    long = " ".join(chr(0x0915 + i) + "ि" * 30 for i in range(6))
    add_job(kit, "a", topic=long[:200], title=long[:120])
    assert names(kit, "कि") == ["a"]


def test_refreshing_changes_nothing_that_is_up_to_date(kit: StoreFixture) -> None:
    add_job(kit, "a")
    before = kit.jobs.list_entries(LibraryFilter(), 5)
    position = kit.jobs.refresh_entries("", kit.clock.now())
    assert kit.jobs.refresh_entries(position, kit.clock.now()) == position
    assert kit.jobs.list_entries(LibraryFilter(), 5) == before
    assert before.entries[0].job_state is JobState.PLANNING
