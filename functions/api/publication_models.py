"""Define what callers send about publications, and what the API answers."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import Field

from functions.api.links import make_url
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.utc_time import UtcTime
from sutradhar.domain.publishing.details import (
    Category,
    Description,
    DetailsPatch,
    PlaylistId,
    Privacy,
    Tags,
    Title,
)
from sutradhar.domain.publishing.failures import Reason
from sutradhar.domain.publishing.publication import Publication, PublicationState

TimeText = Annotated[str, Field(min_length=1, max_length=60)]
Zone = Annotated[str, Field(min_length=1, max_length=60)]


class PublishNow(Frozen):
    """The words of a publication. What is left out comes from the plan of the job."""

    destination: Annotated[str, Field(min_length=1, max_length=40)] = "youtube"
    title: Title | None = None
    description: Description | None = None
    tags: Tags | None = None
    privacy: Privacy = "public"
    playlist: PlaylistId | None = None
    category: Category = "22"
    made_for_kids: bool = False
    synthetic_media: bool | None = None
    """True: the video shows realistic scenes that never took place; null: it follows from what made its images."""
    priority: int = Field(default=0, ge=-100, le=100)
    """If a day's quota does not suffice, a higher priority goes first."""


class PublishLater(PublishNow):
    """A publication at a time."""

    iso_datetime: TimeText
    """ISO 8601. Without an offset it is a local time of ``timezone``."""
    timezone: Zone | None = None
    """An IANA zone such as Asia/Kolkata; null: the setting SCHEDULE_TZ."""


class PublicationPatch(DetailsPatch):
    """The fields that change. A field that is left out stays as it is."""

    iso_datetime: TimeText | None = None
    timezone: Zone | None = None
    priority: int | None = Field(default=None, ge=-100, le=100)


class CalendarQuery(Frozen):
    start: TimeText | None = Field(default=None, alias="from")
    """ISO 8601; null: now, less a day."""
    end: TimeText | None = Field(default=None, alias="to")
    """ISO 8601, not included; null: 31 days after the start."""
    limit: int = Field(default=100, ge=1, le=500)


class PublicationProblem(Frozen):
    reason: Reason
    cause: str
    advice: str


class PublicationAnswer(Frozen):
    id: str
    job_id: str
    destination: str
    state: PublicationState
    """``waiting``: its time has come, and its job is not finished. ``uploaded``: the destination shows the video from
    ``publish_at`` on."""
    publish_at: UtcTime
    requested_publish_at: UtcTime | None
    """A new time that the destination has not taken yet."""
    timezone: str
    local_time: str
    """``publish_at`` in ``timezone``."""
    title: str
    description: str
    tags: tuple[str, ...]
    privacy: Privacy
    playlist: str | None
    priority: int
    url: str | None
    failure: PublicationProblem | None
    """The last failure; it is tried again while the state is not ``failed``."""
    next_attempt_at: UtcTime | None
    notices: tuple[str, ...]
    created_at: UtcTime
    updated_at: UtcTime
    published_at: UtcTime | None
    links: dict[str, str]

    @classmethod
    def describe(cls, publication: Publication) -> "PublicationAnswer":
        """Return ``publication`` as the API shows it."""
        from sutradhar.domain.publishing.schedule_time import read_zone

        details, failure = publication.details, publication.failure
        link = make_url(f"/publications/{publication.id}")
        values: dict[str, Any] = {
            "id": publication.id,
            "job_id": publication.job_id,
            "destination": publication.destination,
            "state": publication.state,
            "publish_at": publication.publish_at,
            "requested_publish_at": publication.requested_publish_at,
            "timezone": publication.zone,
            "local_time": publication.publish_at.astimezone(read_zone(publication.zone)).isoformat(),
            **details.model_dump(include={"title", "description", "tags", "privacy", "playlist"}),
            "priority": publication.priority,
            "url": publication.url or None,
            "failure": failure.model_dump() if failure else None,
            "next_attempt_at": publication.due_at if failure and not publication.has_ended else None,
            "notices": publication.notices,
            "created_at": publication.created_at,
            "updated_at": publication.updated_at,
            "published_at": publication.published_at,
            "links": {"self": link, "job": make_url(f"/render/{publication.job_id}/status")},
        }
        return cls.model_validate(values)


class Calendar(Frozen):
    publications: tuple[PublicationAnswer, ...]
    """The earliest first."""
    start: UtcTime = Field(serialization_alias="from")
    end: UtcTime = Field(serialization_alias="to")
    has_more: bool
    """True: there are earlier ones in this time; ask for a shorter time."""


class BucketAnswer(Frozen):
    destination: str
    bucket: str
    """``uploads`` counts videos, ``units`` the cost of all other calls."""
    used: int
    limit: int
    left: int
    resets_at: UtcTime


class QuotaAnswer(Frozen):
    quotas: tuple[BucketAnswer, ...]


def choose_calendar_end(start: datetime, end: datetime | None) -> datetime:
    """Return the end of the calendar that a caller asks for, at most a year after its start."""
    latest = start.astimezone(UTC) + timedelta(days=366)
    return min(end or start + timedelta(days=31), latest)
