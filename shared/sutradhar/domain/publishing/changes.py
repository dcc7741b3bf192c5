"""Let the owner of a publication change it: pure functions from the stored publication to the one to store."""

from datetime import datetime

from sutradhar.domain.core.errors import Conflict
from sutradhar.domain.publishing.details import DetailsPatch
from sutradhar.domain.publishing.publication import Publication, renew_promise


def apply_cancel(publication: Publication, now: datetime) -> Publication:
    """Cancel it before its upload.

    Raises:
        Conflict: the upload has begun, or the publication has ended.
    """
    if publication.state == "canceled":
        return publication
    if publication.has_ended:
        raise Conflict(f"the publication has {_describe_end(publication)}; there is nothing to cancel")
    if publication.has_started:
        where = f"; remove the video at {publication.url}" if publication.url else ""
        raise Conflict(f"the upload to {publication.destination} has begun, so it cannot be canceled here{where}")
    return publication.end(now, state="canceled")


def apply_change(
    publication: Publication,
    now: datetime,
    *,
    details: DetailsPatch | None = None,
    publish_at: datetime | None = None,
    zone: str | None = None,
    priority: int | None = None,
    due_at: datetime | None = None,
) -> Publication:
    """Change what is named and leave the rest. A worker tells the destination, if that has the video already.

    Args:
        due_at: the time of the next work on it before its upload, which follows from ``publish_at``.

    Raises:
        Conflict: the publication has ended, or its time cannot be changed now.
    """
    if publication.state in ("failed", "canceled"):
        raise Conflict(f"the publication has {_describe_end(publication)}; schedule a new one")
    if publish_at is not None and publication.state == "published":
        raise Conflict("the video is published; its time cannot change")
    if publish_at is not None and publication.state == "uploading":
        raise Conflict("the video is being uploaded; change its time once it is uploaded")
    changes: dict[str, object] = {}
    if details and details.apply(publication.details) != publication.details:
        changes = {"details": details.apply(publication.details), "revision": publication.revision + 1}
    if details:
        named_words = details.model_fields_set
        changes["plan_words"] = tuple(name for name in publication.plan_words if name not in named_words)
    time_field = "requested_publish_at" if publication.has_started else "publish_at"
    named = {time_field: publish_at, "zone": zone, "priority": priority}
    changes |= {name: value for name, value in named.items() if value is not None}
    if publish_at is not None and not publication.has_started:
        # a worker that has it by now knows the old time; without its claim it cannot begin
        changes |= {"token": publication.token + 1, "claimed_until": None, "when_ready": False}
        if publish_at != publication.publish_at:
            # the state `waiting` and the notices are about the time that was
            changes |= {"state": "scheduled", "notices": (), **renew_promise(now)}
    changed = publication.evolve(**changes)
    if changed.claimed_until is None:
        next_work = now if changed.owes_update else due_at
        changed = changed.evolve(due_at=next_work or publication.due_at)
    return publication if changed == publication else changed.evolve(changed_at=now, updated_at=now)


def apply_retry(publication: Publication, now: datetime) -> Publication:
    """Try a failed publication again, from where it stopped, for another day. One that waits after a failure is tried
    now.

    Raises:
        Conflict: it has not failed, or a later one takes its place.
    """
    if publication.state != "failed":
        if not publication.has_ended:
            waits = publication.failure is not None and publication.claimed_until is None
            return publication.touch(now, due_at=now) if waits else publication
        raise Conflict(f"only a failed publication can be retried; this one has {_describe_end(publication)}")
    if publication.is_replaced:
        raise Conflict("a later publication of this job to the same destination takes its place")
    state = "uploading" if publication.has_started else "scheduled"
    publish_at = max(publication.publish_at, now)
    # a worker that reports the failure meanwhile must not take the retry for the end
    promise = {"publish_at": publish_at, "is_reported": True, **renew_promise(now)}
    return publication.release(now, state=state, due_at=now, failure=None, attempts=0, **promise)


def apply_replacement(publication: Publication, now: datetime) -> Publication:
    """Make room for another publication of the same job to the same destination. Raise Conflict while this one is
    live or published."""
    if publication.state not in ("failed", "canceled"):
        where = f" at {publication.url}" if publication.url else ""
        live = f"{publication.id} ({publication.state}{where})"
        raise Conflict(f"the job has a publication to {publication.destination} already: {live}")
    return publication if publication.is_replaced else publication.touch(now, is_replaced=True)


def apply_wake(publication: Publication, now: datetime, ended_at: datetime, look_at: datetime) -> Publication:
    """Let a publication that waits for its job be looked at by ``look_at``, since the job has ended.

    Args:
        ended_at: the end of the job; a publication that was looked at since knows it.
    """
    may_wait = publication.state in ("scheduled", "waiting") and publication.claimed_until is None
    if not may_wait or publication.has_started or (publication.ready_at or publication.created_at) > ended_at:
        return publication
    if publication.state == "scheduled" and publication.due_at is not None and publication.due_at <= look_at:
        return publication
    return publication.touch(now, state="scheduled", due_at=look_at, ready_at=now)


def _describe_end(publication: Publication) -> str:
    return {"published": "been published", "failed": "failed", "canceled": "been canceled"}[publication.state]
