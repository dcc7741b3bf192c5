"""List the caller's jobs, and take the plan of one of them for a new one."""

from collections.abc import Mapping
from datetime import UTC, datetime

from pydantic import Field

from functions.api.auth import caller
from functions.api.endpoint import endpoint
from functions.api.links import make_url
from sutradhar import bootstrap
from sutradhar.domain.billing.price import usd
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.jobs.job_status import StateWord
from sutradhar.domain.jobs.library import LibraryEntry, LibraryQuery
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.brand import BrandLook
from sutradhar.domain.plan.plan import RenderPlan


class LibraryItem(Frozen):
    job_id: str
    title: str
    topic: str | None
    state: StateWord
    status: StateWord
    """The same as ``state``."""
    language: Language
    version_of: str | None
    """The job whose video this one is in another language; None: it is no such version."""
    final_video_url: str | None
    """None until the video exists."""
    thumbnail_url: str | None
    youtube_url: str | None
    """None until the video is on YouTube."""
    publications: Mapping[str, str]
    """The state of the newest publication to each destination."""
    pinned: bool
    """True: retention keeps the job and its files, however old they are."""
    created_at: datetime
    finished_at: datetime | None
    duration_sec: float | None
    """The length of the video in seconds; None until it exists."""
    cost_usd: float
    """The payments to providers so far."""


class LibraryAnswer(Frozen):
    entries: tuple[LibraryItem, ...]
    total: int | None
    """The number of entries on all pages; None for a page that was asked for by ``after``, and where counting would
    take long: README.md lists the cases."""
    page: int | None
    """The number of this page; None if it was asked for by ``after``."""
    page_size: int
    has_more: bool
    next: str | None
    """Give it as ``after`` to get the next page; None: this page is the last one."""


class PlanCopy(RenderPlan):
    """A plan that can be sent to ``POST /render`` as it is, or changed."""

    notices: tuple[str, ...] = Field(default=(), exclude=True)
    """Left out: a request must not have it."""
    brand_look: BrandLook | None = Field(default=None, exclude=True)
    """Left out: a request must not have it."""


@endpoint(answers={200: LibraryAnswer})
def show_library(query: LibraryQuery) -> LibraryAnswer:
    """List your jobs, the newest first; an admin sees all.

    Pages come by number (`page`, `page_size`) or by cursor (`after` with the value of `next`, and `limit`). `state` and
    `language` filter. `q` finds beginnings of words in the title and the topic, in the script of these: "prah" finds
    "Prahlad", "प्रह" finds "प्रह्लाद". It finds no parts inside a word, and no word in the other script.
    """
    from sutradhar.pipeline.library import list_library

    page = list_library(bootstrap.services(), query, caller())
    return LibraryAnswer(
        entries=tuple(describe_entry(entry, page.spent.get(entry.job_id, 0)) for entry in page.entries),
        total=page.total,
        page=page.page,
        page_size=query.size,
        has_more=page.next is not None,
        next=page.next,
    )


@endpoint(answers={200: PlanCopy})
def duplicate_job(job_id: str) -> PlanCopy:
    """Get the plan of a job with its written scenes, to change it and send it to `POST /render`.

    What is not changed is not made or paid for again.
    """
    from sutradhar.pipeline.library import duplicate_plan

    return copy_plan(duplicate_plan(bootstrap.services(), job_id, caller()))


def copy_plan(plan: RenderPlan) -> PlanCopy:
    """Return ``plan`` as an answer."""
    return PlanCopy.model_construct(**dict(plan))


def describe_entry(entry: LibraryEntry, spent: int) -> LibraryItem:
    """Return the entry as the API shows it. ``spent``: what the job was charged, in millionths of a US dollar."""
    file = make_url(f"/render/{entry.job_id}/file")
    return LibraryItem.model_validate(
        {
            "job_id": entry.job_id,
            "title": entry.title,
            "topic": entry.topic or None,
            "state": entry.state,
            "status": entry.state,
            "language": entry.language,
            "version_of": entry.version_of or None,
            "final_video_url": f"{file}?kind=video" if entry.has_video else None,
            "thumbnail_url": f"{file}?kind=thumbnail" if entry.has_video else None,
            "youtube_url": entry.youtube_url,
            "publications": dict(entry.publications),
            "pinned": entry.pinned,
            "created_at": entry.created_at.astimezone(UTC),
            "finished_at": entry.finished_at and entry.finished_at.astimezone(UTC),
            "duration_sec": entry.duration_sec,
            "cost_usd": usd(spent),
        }
    )
