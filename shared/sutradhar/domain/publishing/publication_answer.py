"""The answers of the API and of the terminal about publications, calendars and quotas."""

from collections.abc import Callable
from typing import Any

from pydantic import Field

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.utc_time import UtcTime
from sutradhar.domain.plan.publication import Privacy
from sutradhar.domain.publishing.failures import Reason
from sutradhar.domain.publishing.publication import Publication, PublicationState
from sutradhar.domain.publishing.schedule_time import read_zone


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
    when_ready: bool
    """True: the video is published as soon as its job is finished; until then ``publish_at`` is the time of the
    order."""
    timezone: str
    local_time: str
    """``publish_at`` in ``timezone``."""
    title: str
    description: str
    tags: tuple[str, ...]
    privacy: Privacy
    playlist: str | None
    category: str
    made_for_kids: bool
    synthetic_media: bool | None
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
    def describe(cls, publication: Publication, make_url: Callable[[str], str] = str) -> "PublicationAnswer":
        """Return ``publication`` as callers see it. ``make_url``: returns the URL of a path of the API."""
        details, failure = publication.details, publication.failure
        link = make_url(f"/publications/{publication.id}")
        values: dict[str, Any] = {
            "id": publication.id,
            "job_id": publication.job_id,
            "destination": publication.destination,
            "state": publication.state,
            "publish_at": publication.publish_at,
            "requested_publish_at": publication.requested_publish_at,
            "when_ready": publication.when_ready,
            "timezone": publication.zone,
            "local_time": publication.publish_at.astimezone(read_zone(publication.zone)).isoformat(),
            **details.model_dump(),
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
