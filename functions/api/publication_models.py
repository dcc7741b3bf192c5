"""Define what callers of the API send about publications."""

from pydantic import Field

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.plan.publication import PublishNow, TimeText, Zone
from sutradhar.domain.publishing.details import DetailsPatch


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


class DestinationState(Frozen):
    """A place where videos can be published."""

    name: str
    is_ready: bool
    """False: the operator has not set it up."""
    advice: str
    """The way to set it up; empty if it is ready."""


class DestinationList(Frozen):
    destinations: tuple[DestinationState, ...]
