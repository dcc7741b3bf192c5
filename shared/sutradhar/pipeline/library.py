"""List the jobs of a caller as a library, and take the plan of an earlier job for a new one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.errors import NotFound
from sutradhar.domain.jobs.library import LibraryEntry, LibraryFilter, LibraryQuery
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.text.search_words import read_search_words
from sutradhar.pipeline.billing.accounts import read_spent
from sutradhar.pipeline.services import Services
from sutradhar.ports.records import Values
from sutradhar.ports.stores import EntryPage

_POSITION = "library/refreshed"
"""The record that says which jobs of earlier versions have got their entries."""


@dataclass(frozen=True)
class LibraryPage:
    """One page of the library."""

    entries: Sequence[LibraryEntry]
    spent: Mapping[str, int]
    """The payments to providers for each entry, by the id of the job, in millionths of a US dollar."""
    total: int | None
    """The number of entries on all pages. None: it is not counted for a page that follows another one by its cursor,
    nor where ``JobStore.count_entries`` does not count."""
    page: int | None
    """The number of the page, from 1; None: it follows another one by its cursor."""
    next: str | None
    """The pagination cursor of the next page; None: this page is the last one."""


def list_library(services: Services, query: LibraryQuery, caller: ApiKey | None = None) -> LibraryPage:
    """Return the page of the jobs that ``caller`` may see, the newest first. None: the caller may see all.

    Raises:
        InvalidRequest: the cursor is none of ours.
    """
    words = read_search_words(query.q)
    if query.q.strip() and not words:
        return LibraryPage((), {}, 0, None if query.after else query.page or 1, None)
    owner = None if caller is None or caller.role == "admin" else caller.id
    matching = LibraryFilter(owner, query.state, query.language, words)
    number = None if query.after else query.page or 1
    skip = ((number or 1) - 1) * query.size
    entries_page = services.jobs.list_entries(matching, query.size, query.after, skip)
    return LibraryPage(
        entries_page.entries,
        read_spent(services.records, [entry.job_id for entry in entries_page.entries]),
        _count_entries(services, matching, entries_page, skip) if number else None,
        number,
        entries_page.after,
    )


def _count_entries(services: Services, matching: LibraryFilter, page: EntryPage, skip: int) -> int | None:
    """Return the number of all entries that match. ``page`` tells it if it is the last one."""
    if page.after is None and (page.entries or not skip):
        return skip + len(page.entries)
    return services.jobs.count_entries(matching)


def duplicate_plan(services: Services, job_id: str, caller: ApiKey | None = None) -> RenderPlan:
    """Return the plan of a job with its scenes, as far as a planner has written them, to be submitted as a new job.

    Assets whose part of the plan does not change are found again under their keys, so they cost nothing again. The copy
    is not published unless its plan asks for that anew.

    Raises:
        NotFound: there is no such job, or ``caller`` may not see it.
    """
    job = services.jobs.get(job_id)
    if caller and not caller.may_see(job.owner):
        raise NotFound(f"there is no job {job_id}")
    plan = job.current_plan.evolve(notices=(), based_on=job.id, publish=(), enable_youtube_upload=False)
    plan = plan.evolve(brand_look=None)  # the new job takes the brand as it is then
    # an admin's new job must not call the URL of the owner of the first one
    return plan.evolve(webhook_url=None) if caller and caller.id != job.owner else plan


def refresh_library(services: Services) -> None:
    """Write the library's entries of jobs that a version without a library wrote to, some thousand jobs at a time."""
    before = services.records.read([_POSITION]).get(_POSITION, "")
    after = services.jobs.refresh_entries(before, services.clock.now())

    def note_position(values: Values) -> Values:
        return {_POSITION: max(values.get(_POSITION, ""), after)}

    if after != before:
        services.records.update([_POSITION], note_position)
