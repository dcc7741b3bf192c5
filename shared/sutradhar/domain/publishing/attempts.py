"""Record that an attempt of a worker failed: pure functions from the stored publication to the one to store."""

from datetime import datetime, timedelta

from sutradhar.domain.publishing.details import PublicationDetails
from sutradhar.domain.publishing.failures import QUOTA, PublicationFailure
from sutradhar.domain.publishing.promise import judge_failure
from sutradhar.domain.publishing.publication import LONGEST_PAUSE, MISSED_AFTER, Publication

_FIRST_PAUSE = timedelta(seconds=30)


def record_failure(
    publication: Publication,
    token: int,
    now: datetime,
    failure: PublicationFailure,
    wait: timedelta | None,
    revision: int,
) -> Publication:
    """Record a failure: the end, or the time of the next attempt if time may remove the cause.

    Args:
        wait: the pause that the destination asks for; None: one that grows with the attempts.
        revision: the revision of the details that the worker had.

    Raises:
        StaleLease: the claim has gone to another worker.
    """
    publication.require_claim(token)
    if failure.retryable and now < _find_deadline(publication):
        pause = wait if wait is not None else choose_pause(publication.attempts)
        is_excuse = failure.reason in QUOTA and not publication.is_there
        excuse = publication.excuse or (failure.reason if is_excuse else None)
        return publication.release(now, due_at=now + pause, failure=failure, excuse=excuse)
    if publication.sent and publication.is_there and failure.reason == "rejected":
        if publication.revision != revision:  # its owner has changed the words since, maybe for this reason
            return publication.release(now, due_at=now, failure=failure)
        if publication.details != publication.sent or publication.requested_publish_at:
            return _keep_sent(publication, now, publication.sent, failure)
    if publication.state == "published":
        return publication.release(now, due_at=None, failure=failure, extras_at=None)
    return _end_failed(publication, now, failure)


def record_miss(publication: Publication, token: int, now: datetime, failure: PublicationFailure) -> Publication:
    """Record that its time was missed by too much. Raise StaleLease."""
    publication.require_claim(token)
    return _end_failed(publication, now, failure)


def _find_deadline(publication: Publication) -> datetime:
    """Return the time until which failures that time may remove are tried again."""
    times = (publication.publish_at, publication.changed_at, publication.compare_at if publication.is_there else None)
    return max(time for time in times if time) + MISSED_AFTER


def _keep_sent(
    publication: Publication, now: datetime, sent: PublicationDetails, failure: PublicationFailure
) -> Publication:
    """Go back to the words and the time that the destination has, since it refused the new ones."""
    notice = f"{publication.destination} refused the change and keeps the earlier words: {failure.cause}"
    kept = publication.release(
        now,
        details=sent,
        # a worker that was killed may have brought other words there: the earlier ones are sent again
        revision=publication.revision + 1,
        requested_publish_at=None,
        extras_at=None,
        failure=failure,
    )
    return kept.evolve(due_at=kept.choose_next_work(now)).add_notices([notice])


def _end_failed(publication: Publication, now: datetime, failure: PublicationFailure) -> Publication:
    verdict = publication.verdict or judge_failure(failure.reason, now)
    return publication.end(now, state="failed", failure=failure, verdict=verdict)


def choose_pause(attempts: int) -> timedelta:
    """Return the pause after so many attempts: 30 s, 1 min, 2 min and so on, up to 30 min."""
    doublings = min(max(attempts - 1, 0), 10)
    return min(_FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)
