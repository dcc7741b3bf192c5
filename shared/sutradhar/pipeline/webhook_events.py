"""Store the event of a job's end for the receiver that the job's caller chose."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.core.webhook_target import explain_refusal
from sutradhar.domain.core.webhook_url import check_webhook_url
from sutradhar.domain.jobs.job import Job, JobFailure, JobState, Outcome
from sutradhar.domain.jobs.messages import AnnounceEnd, DeliverWebhook
from sutradhar.domain.jobs.webhook import Delivery, Webhook, format_event
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.webhook_delivery import DELIVERIES

_EVENTS: Mapping[JobState, tuple[str, str]] = {
    JobState.SUCCEEDED: ("render.succeeded", "success"),
    JobState.FAILED: ("render.failed", "error"),
    JobState.CANCELLED: ("render.canceled", "canceled"),
}
"""The type of the event of each end, and the API's word for the state."""


def make_webhook(services: Services, url: str, base_url: str) -> Webhook:
    """Return the webhook to ``url``. Raise InvalidRequest if no webhook may be sent there."""
    try:
        problem = explain_refusal(check_webhook_url(url), services.providers.webhooks.allow_loopback)
    except ValueError as exc:
        problem = str(exc)
    if problem:
        raise InvalidRequest([FieldError("webhook_url", f"{problem} (got {url[:200]!r})")])
    return Webhook(url=url, base_url=base_url)


def set_webhook(services: Services, job_id: str, url: str | None, base_url: str) -> Job:
    """Choose another receiver for the event of the job's end, or none, and return the job.

    Raises:
        NotFound: there is no such job.
        InvalidRequest: no webhook may be sent to ``url``.
    """
    webhook = None if url is None else make_webhook(services, url, base_url)
    return services.move(job_id, lambda job: job.set_webhook(webhook, services.clock.now()))


def announce_end(services: Services, message: AnnounceEnd) -> None:
    """Handle AnnounceEnd: store the event of each end once, then order its delivery. A repeat changes nothing."""
    job = services.jobs.get(message.job_id)
    if not job.owes_event or job.webhook is None:
        return
    ends: list[tuple[JobState, JobFailure | None]] = []
    if job.unannounced_error:
        ends.append((JobState.FAILED, job.unannounced_error))
    if job.state.is_terminal:
        ends.append((job.state, job.error))
    deliveries = [_store_end(services, job, job.webhook, *end) for end in ends]
    ended_at = job.entered_at[ends[-1][0]]

    def record(current: Job) -> Outcome:
        return current.record_announcement(ended_at, services.clock.now())

    # the job is settled before the messages are sent; if this process is killed here, the sweep finds what is due
    services.move(job.id, record)
    services.send([DeliverWebhook(delivery_id=delivery.id) for delivery in deliveries])


def store_event(
    services: Services, *, event: str, key: str, owner: str, subject: str, webhook: Webhook, data: Mapping[str, Any]
) -> Delivery:
    """Store an event for its receiver, once for each ``key``, and return its delivery. The caller of this function then
    sends DeliverWebhook."""
    now = services.clock.now()
    digest = hashlib.sha256(f"{event}/{key}".encode()).hexdigest()
    body = json.dumps(format_event(event, now, data), ensure_ascii=False)
    stored, _ = services.documents.create(
        DELIVERIES,
        Delivery.new(
            f"msg_{digest[:24]}", owner=owner, subject=subject, event=event, url=webhook.url, body=body, now=now
        ),
    )
    return stored


def _store_end(services: Services, job: Job, webhook: Webhook, state: JobState, error: JobFailure | None) -> Delivery:
    return store_event(
        services,
        event=_EVENTS[state][0],
        key=f"{job.id}/{job.entered_at[state].isoformat()}",
        owner=job.owner,
        subject=job.id,
        webhook=webhook,
        data=_describe_end(job, webhook.base_url, state, error),
    )


def _describe_end(job: Job, base: str, state: JobState, error: JobFailure | None) -> dict[str, Any]:
    path, result = f"{base}/render/{quote(job.id)}", job.result
    return {
        "job_id": job.id,
        "state": _EVENTS[state][1],
        "title": job.current_plan.title,
        "status_url": f"{path}/status",
        "final_video_url": f"{path}/file?kind=video" if result else None,
        "thumbnail_url": f"{path}/file?kind=thumbnail" if result else None,
        "duration_sec": result.duration_sec if result else None,
        "error": error.to_api() if error else None,
        "metadata": dict(job.requested_plan.metadata),
    }
