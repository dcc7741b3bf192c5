"""Hand each message to its stage, and decide what an error of the stage means for the job."""

import errno
import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

from pydantic import ValidationError

from sutradhar.domain.core.errors import (
    BackendError,
    BudgetExceeded,
    BudgetSpent,
    InvalidRequest,
    InvalidSettings,
    LeaseHeld,
    NeverEnded,
    NotFound,
    NotInstalled,
    ProviderError,
    SutradharError,
    describe_failure,
)
from sutradhar.domain.core.failure import FailureDetail
from sutradhar.domain.jobs import messages
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.job_failure import JobFailure
from sutradhar.domain.jobs.messages import (
    AdvanceBatch,
    AlignLyrics,
    AnalyzeAudio,
    AnnounceEvents,
    CheckUpload,
    DeleteBatch,
    DeleteJobFiles,
    DeleteUpload,
    DeliverWebhook,
    JobStep,
    Message,
    OrderVersions,
    ProduceAsset,
    PublishVideo,
    RemoveData,
    SpeakSample,
    WakePublications,
    message_subject,
)
from sutradhar.pipeline.audio_orders import align_lyrics, analyze_audio, give_up_listening
from sutradhar.pipeline.batches.advance import advance_batch
from sutradhar.pipeline.batches.removal import delete_old_batch
from sutradhar.pipeline.data_removal import remove_data
from sutradhar.pipeline.dispatch import dispatch, stop_render
from sutradhar.pipeline.finish import finish, record_progress
from sutradhar.pipeline.job_deletion import delete_job_files
from sutradhar.pipeline.plan import plan
from sutradhar.pipeline.produce import find_finished_assets, produce
from sutradhar.pipeline.publishing.wake import wake_publications
from sutradhar.pipeline.publishing.work import publish_video
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.upload_check import check_upload, give_up_check
from sutradhar.pipeline.upload_deletion import delete_upload
from sutradhar.pipeline.upload_records import get_upload
from sutradhar.pipeline.versions import order_versions
from sutradhar.pipeline.voice_samples import give_up_sample, speak_sample
from sutradhar.pipeline.webhook_delivery import deliver_webhook
from sutradhar.pipeline.webhook_events import announce_events
from sutradhar.telemetry import log, span

HANDLERS: Mapping[type, Callable[[Services, Any], None]] = {
    messages.PlanRender: plan,
    messages.ProduceAsset: produce,
    messages.SpeakSample: speak_sample,
    messages.AnalyzeAudio: analyze_audio,
    messages.AlignLyrics: align_lyrics,
    messages.DispatchRender: dispatch,
    messages.StopRender: stop_render,
    messages.DeleteJobFiles: delete_job_files,
    messages.RenderProgressed: record_progress,
    messages.RenderFinished: finish,
    messages.CheckUpload: check_upload,
    messages.DeleteUpload: delete_upload,
    messages.RemoveData: remove_data,
    messages.AnnounceEvents: announce_events,
    messages.DeliverWebhook: deliver_webhook,
    messages.AdvanceBatch: advance_batch,
    messages.OrderVersions: order_versions,
    messages.DeleteBatch: delete_old_batch,
    messages.PublishVideo: publish_video,
    messages.WakePublications: wake_publications,
}

_SWEPT = (
    AnnounceEvents
    | DeliverWebhook
    | AdvanceBatch
    | OrderVersions
    | DeleteBatch
    | DeleteUpload
    | DeleteJobFiles
    | RemoveData
    | PublishVideo
    | WakePublications
)
"""The messages on which no job depends: the sweep sends them again, or the next tick does what they ask for."""

_AWAITED = SpeakSample | AnalyzeAudio | AlignLyrics
"""The messages for which a caller waits without a job: a failure is noted for that caller."""

MAX_WAIT = timedelta(hours=1)
"""The longest time that a stage may find its lease held before its job fails. A worker that is killed leaves its lease
behind, and the next delivery finds it held: without this limit such a job would start, and pay its provider, for
ever."""

_STAGE_OF = {JobState.PLANNING: "planning", JobState.PRODUCING: "producing", JobState.RENDERING: "rendering"}


def handle(services: Services, message: Message) -> None:
    """Do what ``message`` asks for. If this returns, the message is done; if it raises, it has to be delivered again.

    An error that every delivery would meet fails the job, and this returns. An error that is raised is also noted for
    ``handle_dead_letter`` if the bus does not report it.
    """
    try:
        with span(message.type, **message_subject(message)):
            _handle_once(services, message)
    except Exception as exc:
        if not services.bus.reports_last_error:
            log("message_failed", level="warning", exc=exc)
            note_failure(services, message, exc)
        raise


def _handle_once(services: Services, message: Message) -> None:
    """Let the stage of ``message`` handle it, and fail its job for an error that every delivery would meet."""
    try:
        HANDLERS[type(message)](services, message)
    except NotFound:
        if not _subject_exists(services, message):
            return  # the job or upload was deleted, so no caller waits for it
        raise
    except LeaseHeld:
        raise
    except (SutradharError, OSError) as exc:
        if _is_permanent(exc):
            fail_job(services, message, exc)
        else:
            raise


def fail_job(services: Services, message: Message, cause: BaseException) -> None:
    """Fail the job of a message that cannot be handled or was delivered too often; refuse its upload if it is a
    CheckUpload, and give up what a caller waits for without a job."""
    if isinstance(message, _AWAITED):
        _give_up(services, message, cause)
        return
    if isinstance(message, CheckUpload):
        with suppress(NotFound):
            give_up_check(services, message.upload_id, cause)
        return
    if not isinstance(message, JobStep):
        return
    try:
        job = services.jobs.get(message.job_id)
    except NotFound:
        return  # the job was deleted, so no caller waits for it
    ready = find_finished_assets(services, job) if job.requests else {}
    error = _describe_job_failure(job, message, cause, len(ready))
    services.move(job.id, lambda current: current.fail(error, services.clock.now(), ready), cause)


class NotedFailure(FailureDetail):
    """The last failure of a message, as it is stored for the case that the message becomes a dead letter."""

    stage: str = ""
    """Empty: the job's state tells the stage when the dead letter is handled."""
    kind: str
    """The class of the error."""


def note_failure(services: Services, message: Message, exc: BaseException) -> None:
    """Store the failure of ``message`` for the case that it becomes a dead letter, which carries no reason."""
    if isinstance(message, _SWEPT | _AWAITED):
        return  # their dead letters need no cause
    kind = LeaseHeld if isinstance(exc, LeaseHeld) else type(exc)
    failure = NotedFailure(kind=kind.__name__, **describe_failure(exc, "").model_dump())
    services.blobs.put(_failure_blob(message), failure.model_dump_json().encode())


def handle_dead_letter(services: Services, message: Message) -> None:
    """Fail the job of a dead letter with the cause that was noted last. If the message only found its lease held, send
    it again, for at most ``MAX_WAIT``: the worker that holds the lease may still finish."""
    cause = "it was started again and again and never ended: its process was killed, or ran out of memory"
    if isinstance(message, _SWEPT):
        return
    if isinstance(message, _AWAITED):
        _give_up(services, message, NeverEnded(cause))
        return
    never_ended = NotedFailure(kind=NeverEnded.__name__, cause=cause)
    try:
        failure = NotedFailure.model_validate_json(services.blobs.get(_failure_blob(message)))
        if failure.kind == LeaseHeld.__name__:
            if _may_still_end(services, message):
                services.send([message])  # the message is fine; the worker that holds the lease ends soon
                return
            failure = never_ended
    except (NotFound, ValidationError):
        failure = never_ended
    if failure.kind == NeverEnded.__name__:
        fail_job(services, message, NeverEnded(failure.cause, advice=failure.advice))
    else:
        fail_job(services, message, BackendError(failure.cause, retryable=False, advice=failure.advice))


def _give_up(services: Services, message: SpeakSample | AnalyzeAudio | AlignLyrics, cause: BaseException) -> None:
    """Tell the caller who waits for the outcome of ``message`` that there is none, and why."""
    if isinstance(message, SpeakSample):
        give_up_sample(services, message, cause, "try again")
    else:
        give_up_listening(services, message, cause, "try again")


def _failure_blob(message: Message) -> str:
    name = hashlib.sha256(message.model_dump_json().encode()).hexdigest()[:16]
    if isinstance(message, CheckUpload):  # its function may write only there
        return f"uploads/failures/{message.upload_id}/{message.type}-{name}.json"
    return f"jobs/{message_subject(message)['job_id']}/failures/{message.type}-{name}.json"


def _may_still_end(services: Services, message: Message) -> bool:
    """Return whether the work of another worker on this may still end. Raise NotFound if its job or upload was
    deleted."""
    now = services.clock.now()
    if isinstance(message, CheckUpload):
        upload = get_upload(services, message.upload_id)
        return not upload.is_checked and upload.checking_since is not None and now - upload.checking_since < MAX_WAIT
    job = services.jobs.get(message_subject(message)["job_id"])
    return not job.state.is_terminal and now - job.entered_at[job.state] < MAX_WAIT


def _is_permanent(exc: BaseException) -> bool:
    """Return whether every delivery of the message would meet this error."""
    if isinstance(exc, OSError):
        return exc.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
    return isinstance(exc, InvalidRequest | NotInstalled) or (
        isinstance(exc, ProviderError | BackendError) and not exc.retryable
    )


def _is_user_error(exc: BaseException) -> bool:
    """Return whether the caller caused this error: by a request that cannot be fulfilled, or by a cap on its cost."""
    if isinstance(exc, InvalidRequest):
        return not isinstance(exc, InvalidSettings)
    return isinstance(exc, BudgetExceeded | BudgetSpent) or (isinstance(exc, ProviderError) and exc.fault == "refused")


def _describe_job_failure(job: Job, message: Message, cause: BaseException, ready: int) -> JobFailure:
    request = job.find_request(message.slot) if isinstance(message, ProduceAsset) else None
    stage, scene = (request.kind, request.slot.scene) if request else (_STAGE_OF.get(job.state, "finished"), None)
    detail = describe_failure(cause, stage, scene)
    if isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT):
        detail = detail.evolve(advice="free some disk space")
    return JobFailure.from_detail(
        detail.evolve(advice=_advise(cause, detail.advice)),
        spent_budget=cause.account if isinstance(cause, BudgetExceeded | BudgetSpent) else "",
        kept=f"{ready} of {len(job.requests)} images, narrations and music" if job.requests else "",
        is_user_error=_is_user_error(cause),
        is_timeout=isinstance(cause, NeverEnded),
    )


def _advise(cause: BaseException, advice: str) -> str:
    """Return the advice for a failed job. A job's plan is fixed, so a refused plan needs a new job, not a retry."""
    if isinstance(cause, ProviderError) and cause.fault == "refused":
        return f"{advice} in a new job: the plan of this one is fixed"
    if not advice or "retry the job" in advice or "new job" in advice:
        return advice or "retry the job"
    return f"{advice}, then retry the job"


def _subject_exists(services: Services, message: Message) -> bool:
    try:
        if isinstance(message, CheckUpload | AnalyzeAudio | AlignLyrics):
            get_upload(services, message.upload_id)
        elif not isinstance(
            message,
            AdvanceBatch | DeleteBatch | DeliverWebhook | DeleteUpload | RemoveData | PublishVideo | SpeakSample,
        ):  # their stages ignore what was deleted
            services.jobs.get(message.job_id)
    except NotFound:
        return False
    return True
