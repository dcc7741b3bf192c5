"""Define what callers of the API send about publications."""

from typing import Annotated

from pydantic import Field

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.publishing.details import (
    Category,
    Description,
    DetailsPatch,
    PlaylistId,
    Privacy,
    Tags,
    Title,
)

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
    """ISO 8601, a time or a day; null: now, less a day."""
    end: TimeText | None = Field(default=None, alias="to")
    """ISO 8601: a time, which is not included, or the last day; null: 31 days after the start."""
    limit: int = Field(default=100, ge=1, le=500)
