"""Let a publication wait before its upload: pure functions from the stored publication to the one to store."""

from datetime import datetime

from sutradhar.domain.publishing.details import PublicationDetails
from sutradhar.domain.publishing.publication import NotDue, Publication


def note_video(
    publication: Publication, token: int, now: datetime, size: int, details: PublicationDetails, ready_at: datetime
) -> Publication:
    """Note that its job has a video of ``size`` bytes since ``ready_at``, and make it due now, with the words of the
    job: the next tick chooses its start. Raise StaleLease."""
    publication.require_claim(token)
    publish_at = max(publication.publish_at, ready_at) if publication.when_ready else publication.publish_at
    words = {"details": details, "plan_words": (), "publish_at": publish_at}
    return publication.release(now, state="scheduled", due_at=now, video_size=size, **words)


def await_start(publication: Publication, now: datetime, start: datetime) -> Publication:
    """Leave it until its upload has to begin. Raise NotDue if it is not due any more."""
    _require_unclaimed(publication, now)
    return publication.touch(now, due_at=start)


def defer(publication: Publication, now: datetime, until: datetime, notice: str) -> Publication:
    """Leave it until ``until``, since the quota of today goes to others. Raise NotDue if it is not due any more.

    Args:
        notice: a sentence for its owner; empty: it can still come in time.
    """
    _require_unclaimed(publication, now)
    excuse = publication.excuse or ("quota_exceeded" if notice else None)
    return publication.touch(now, due_at=until, excuse=excuse).add_notices([notice] if notice else [])


def _require_unclaimed(publication: Publication, now: datetime) -> None:
    if not publication.is_claimable(now) or publication.has_started or publication.has_ended:
        raise NotDue
