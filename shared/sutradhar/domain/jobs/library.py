"""Define the entry of a job in the library: the few facts that a list shows, and by which it is filtered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.record import History, Record, keep_fields
from sutradhar.domain.jobs.file_links import find_youtube_url
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.job_status import StateWord, name_state
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import LanguageCode
from sutradhar.domain.plan.shorthand import read_optional_language
from sutradhar.domain.text.search_words import list_prefixes
from sutradhar.domain.text.text import clean_text

_MAX_TITLE_CHARS = 200
_MAX_PAGE_END = 10_000
"""The last entry that a page number reaches: skipping so many entries takes as long as reading them."""


class LibraryEntry(Record):
    """A job as the library lists it. The store writes it together with the job."""

    history = History("library entry", keep_fields)

    job_id: str
    owner: str = ""
    """The id of the API key that requested the job; empty if it came without one."""
    title: str
    topic: str = ""
    state: str
    """The API's word for the state: pending, running, awaiting_approval, success, error, canceled."""
    job_state: JobState
    """The state of the job when this entry was made; another state of the job means that the entry is out of date."""
    language: Language
    version_of: str = ""
    """The job whose video this one is in another language; empty: it is no such version."""
    duration_sec: float | None = None
    """The length of the finished video; None until it exists."""
    pinned: bool = False
    """True: retention keeps the job and its files."""
    files_deleted: bool = False
    """True: the files of the job are no longer kept."""
    created_at: datetime
    finished_at: datetime | None = None
    youtube_url: str | None = None
    """The video on YouTube; None if it is not there."""
    publications: Mapping[str, str] = {}
    """The state of the newest publication to each destination."""

    @property
    def has_video(self) -> bool:
        return self.duration_sec is not None and not self.files_deleted


@dataclass(frozen=True)
class LibraryFilter:
    """The entries of a list: those that match every field that is set."""

    owner: str | None = None
    """None: the jobs of all owners."""
    state: str | None = None
    language: Language | None = None
    words: tuple[str, ...] = ()
    """Each must be the beginning of a word in the title or topic; as ``read_search_words`` returns them."""

    def list_values(self) -> dict[str, str]:
        """Return the fields that must have a certain value."""
        values = {"owner": self.owner, "state": self.state, "language": self.language}
        return {name: value for name, value in values.items() if value is not None}


class LibraryQuery(Frozen):
    """A part of the library, by its page number or by the pagination cursor of the page before."""

    page: int | None = Field(default=None, ge=1, le=_MAX_PAGE_END)
    page_size: int = Field(default=20, ge=1, le=100)
    after: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    """``next`` of the page before."""
    limit: int | None = Field(default=None, ge=1, le=100)
    """Another name of ``page_size``."""
    state: StateWord | None = None
    language: Annotated[LanguageCode | None, BeforeValidator(read_optional_language)] = None
    q: str = Field(default="", max_length=200)
    """Beginnings of words in the title or the topic, in the script in which these are written. Each must occur."""

    @model_validator(mode="after")
    def _names_one_page(self) -> Self:
        if self.page and self.after:
            raise ValueError("give page or after, not both")
        if (self.page or 1) * self.size > _MAX_PAGE_END:
            raise ValueError(f"a page number reaches the first {_MAX_PAGE_END} entries; use after to go on from there")
        return self

    @property
    def size(self) -> int:
        """The most entries of the page."""
        return self.limit or self.page_size


def make_entry(job: Job) -> LibraryEntry:
    """Return the entry of ``job``. It changes only when the state, the plan, the result, the pin or the end of
    the files of the job changes."""
    plan, requested_plan = job.current_plan, job.requested_plan
    topic = requested_plan.topic or ""
    narration = next((scene.narration for scene in plan.scenes if scene.narration), "")
    title = plan.title or topic or requested_plan.prompt or narration
    return LibraryEntry(
        job_id=job.id,
        owner=job.owner,
        title=clean_text(title)[:_MAX_TITLE_CHARS],
        topic=topic,
        state=name_state(job),
        job_state=job.state,
        language=plan.spoken_language,
        version_of=job.version_of,
        duration_sec=job.result.duration_sec if job.result else None,
        pinned=job.pinned,
        youtube_url=find_youtube_url(job),
        publications={name: note.state for name, note in sorted(job.publications.items())},
        files_deleted=job.files_deleted_at is not None,
        created_at=job.created_at,
        finished_at=job.entered_at.get(job.state) if job.state.is_terminal else None,
    )


def list_entry_prefixes(entry: LibraryEntry) -> tuple[str, ...]:
    """Return the beginnings of words by which a search finds ``entry``."""
    return list_prefixes((entry.title, entry.topic))


def may_change_entry(before: Job, after: Job) -> bool:
    """Return whether a write may change the entry of the job; most writes only tell progress."""
    shown = ("state", "plan", "requested_plan", "result", "pinned", "files_deleted_at", "publications")
    return any(getattr(before, name) != getattr(after, name) for name in shown)
