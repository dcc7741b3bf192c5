"""Work on a claimed publication: wait for its job, bring the video to its destination, and see that it is shown."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from sutradhar.domain.core.errors import InvalidRequest, NotFound, StaleLease, SutradharError
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.messages import PublishVideo
from sutradhar.domain.publishing.attempts import record_failure
from sutradhar.domain.publishing.failures import MAKE_AGAIN, PublicationFailure
from sutradhar.domain.publishing.publication import MISSED_AFTER, NotDue, Publication
from sutradhar.domain.publishing.waits import note_video
from sutradhar.pipeline.publishing.context import ClaimedPublication
from sutradhar.pipeline.publishing.packing import make_package
from sutradhar.pipeline.publishing.report import note_on_job, report_end
from sutradhar.pipeline.publishing.store import PUBLICATIONS, change_stored, note_time
from sutradhar.pipeline.publishing.wake import follow_job
from sutradhar.pipeline.publishing.words import renew_details
from sutradhar.pipeline.services import Services
from sutradhar.ports.publishing import Destination, Package, Pause, PublishError
from sutradhar.telemetry import log

_ASK_AGAIN, _ASK_RARELY = timedelta(seconds=30), timedelta(minutes=30)
"""The first and the longest pause before the next look at a video that the destination should show by now."""
_SOON, _LATER = timedelta(minutes=1), timedelta(minutes=15)
"""The shortest and the longest pause between two looks at a job that is not finished."""


def publish_video(services: Services, message: PublishVideo) -> None:
    """Handle PublishVideo. It may come twice, late, or after a worker was killed: a claim is worked on once, and the
    next tick claims what a killed worker has left."""
    try:
        claimed = services.documents.update(
            PUBLICATIONS, message.publication_id, lambda one: one.start_work(message.token, services.clock.now())
        )
    except (NotDue, NotFound):
        return
    after = claimed
    if claimed.is_reported:
        with suppress(StaleLease, NotFound):  # it belongs to another worker, or was deleted
            after = _advance(services, claimed)
    if not after.is_reported:
        report_end(services, after)
    with suppress(NotFound):
        follow_job(services, claimed, after)


def _advance(services: Services, claimed: Publication) -> Publication:
    """Do the next work on the publication, and return it after that. Raise StaleLease, and errors of ours."""
    token = claimed.token

    def write(change: Callable[[Publication, datetime], Publication]) -> Publication:
        after = change_stored(services, claimed.id, lambda one: change(one, services.clock.now()))
        if after.state != claimed.state:
            note_on_job(services, after)
        _log_move(claimed, after)
        return after

    notices: Sequence[str] = ()
    try:
        destination = _find_destination(services, claimed)
        context = ClaimedPublication(services, destination, claimed)
        change, notices = _make_next_step(services, destination, claimed, context), context.notices
    except Pause as pause:
        until, notice, excuse = pause.until, pause.notice, pause.excuse
        return write(lambda one, now: one.postpone(token, now, until, notice, excuse))
    except PublishError as exc:
        failure, wait = exc.failure, exc.wait
        return write(lambda one, now: record_failure(one, token, now, failure, wait, claimed.revision))
    except InvalidRequest as exc:
        refused = PublicationFailure.name("rejected", str(exc))
        return write(lambda one, now: record_failure(one, token, now, refused, None, claimed.revision))
    except StaleLease:
        raise
    except Exception as exc:
        # its owner must see why nothing happens, and it must end; the log and the queue get the error itself
        broken = _describe_error(exc)
        write(lambda one, now: record_failure(one, token, now, broken, None, claimed.revision))
        raise
    return write(lambda one, now: change(one.add_notices(notices), now))


def _find_destination(services: Services, publication: Publication) -> Destination:
    try:
        return services.providers.destinations[publication.destination]
    except KeyError as exc:
        cause = f"this system has no destination {publication.destination} any more"
        advice = "cancel it, or bring the destination back and retry the publication"
        raise PublishError("rejected", cause, advice=advice) from exc


def _describe_error(error: Exception) -> PublicationFailure:
    """Return the failure of a publication for an error that no destination has named."""
    name = str(error) if isinstance(error, SutradharError) else type(error).__name__
    advice = "look at the log, which has the error; it is tried again until a day after the time"
    return PublicationFailure.name("network", f"an error of this system stopped the work: {name}", advice=advice)


def _make_next_step(
    services: Services, destination: Destination, claimed: Publication, context: ClaimedPublication
) -> Callable[[Publication, datetime], Publication]:
    """Do the next work at the destination, and return the change of the publication that records it.

    Raises:
        PublishError, Pause, StaleLease, InvalidRequest: as the destination raises them.
    """
    token = claimed.token
    job = _find_job(services, claimed)
    if not claimed.has_started:
        wait = _find_reason_to_wait(services, claimed, job)
        if wait is not None:
            return wait
    package = _pack(services, job, claimed)
    if claimed.state in ("scheduled", "waiting", "uploading"):
        uploaded = destination.upload(package, context)

        sent = uploaded.sent or claimed.details
        # earlier words have no revision of their own: it only differs from that of the details
        sent_revision = claimed.revision if sent == claimed.details else claimed.revision - 1
        return lambda one, now: one.record_upload(
            token,
            now,
            sent=sent,
            sent_revision=sent_revision,
            is_visible=uploaded.is_visible,
            extras_at=uploaded.extras_at,
        )
    has_come = claimed.state == "uploaded" and claimed.publish_at <= context.now()
    if has_come and destination.confirm(package, context):
        return lambda one, now: one.record_confirmation(token, now)
    must_compare = claimed.must_compare(context.now())
    if must_compare or (claimed.extras_at and claimed.extras_at <= context.now()):
        compare_at = claimed.compare_at if claimed.compare_at and claimed.compare_at > context.now() else None
        extras_at = destination.update(package, context, compare=must_compare)
        publish_at = claimed.requested_publish_at
        return lambda one, now: one.record_update(
            token,
            now,
            sent=claimed.details,
            sent_revision=claimed.revision,
            publish_at=publish_at,
            extras_at=extras_at,
            compare_at=compare_at,
        )
    if has_come:
        # each look may cost quota
        late = context.now() - claimed.publish_at
        pause = max(_ASK_AGAIN, min(late / 4, _ASK_RARELY))
        return lambda one, now: one.record_hidden(token, now, now + pause)
    # its owner has taken a change back that had failed
    return lambda one, now: one.rest(token, now)


def _find_job(services: Services, publication: Publication) -> Job:
    try:
        return services.jobs.get(publication.job_id)
    except NotFound as exc:
        raise PublishError("not_found", "the job and its files were deleted", advice=MAKE_AGAIN) from exc


def _pack(services: Services, job: Job, publication: Publication) -> Package:
    try:
        return make_package(services, job, publication)
    except NotFound as exc:
        raise PublishError("not_found", "the files of the job were deleted", advice=MAKE_AGAIN) from exc


def _find_reason_to_wait(
    services: Services, claimed: Publication, job: Job
) -> Callable[[Publication, datetime], Publication] | None:
    """Return the change of a publication whose upload must not begin yet; None: it may.

    Raises:
        PublishError: the job will have no video, or not in time; or its time was missed by a day.
    """
    token, now = claimed.token, services.clock.now()
    if job.state is JobState.CANCELLED:
        advice = "duplicate the job, and publish the copy; a canceled one cannot go on"
        raise PublishError("job_failed", "the job was canceled", advice=advice)
    if job.state is JobState.FAILED and now >= claimed.publish_at:
        raise PublishError("job_failed", f"the job failed: {job.error.cause if job.error else 'without a reason'}")
    if job.state is not JobState.SUCCEEDED:
        if now > claimed.publish_at + MISSED_AFTER and not claimed.when_ready:
            raise PublishError("slot_missed", "the job was not finished within a day after the time")
        # the end of the job wakes it; this look is for an end that was missed
        look_at = now + min(max(_SOON, abs(claimed.publish_at - now) / 4), _LATER)
        return lambda one, now: one.wait_for_job(token, now, look_at)
    size, ready_at = job.result.size if job.result else 0, job.entered_at[JobState.SUCCEEDED]
    is_early = claimed.when_ready and claimed.publish_at < ready_at
    if claimed.state == "waiting" or claimed.plan_words or is_early or claimed.video_size != size:
        if is_early:
            note_time(services, claimed, ready_at)
        destination = services.providers.destinations[claimed.destination]
        # the next tick chooses its start, and whether it gets quota
        return lambda one, now: note_video(one, token, now, size, renew_details(destination, job, one), ready_at)
    # one that waited for its quota is judged by that
    if now > claimed.publish_at + MISSED_AFTER and not claimed.when_ready and not claimed.excuse:
        raise PublishError("slot_missed", "its upload did not begin within a day after its time")
    return None


def _log_move(before: Publication, after: Publication) -> None:
    log(
        "publication_moved",
        level="warning" if after.failure else "info",
        publication_id=after.id,
        job_id=after.job_id,
        was=before.state,
        state=after.state,
        destination=after.destination,
        reason=after.failure.reason if after.failure else None,
        cause=after.failure.cause if after.failure else None,
    )
