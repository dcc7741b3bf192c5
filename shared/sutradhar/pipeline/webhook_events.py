"""Store the event of a job's end for the receiver that the job's caller chose."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.core.webhook_target import explain_refusal
from sutradhar.domain.core.webhook_url import check_webhook_url
from sutradhar.domain.jobs.job import Job, JobState, Outcome, Webhook
from sutradhar.domain.jobs.job_status import name_state
from sutradhar.domain.jobs.messages import AnnounceEnd, DeliverWebhook
from sutradhar.domain.jobs.webhook import Delivery, format_event
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.webhook_delivery import DELIVERIES

_EVENTS: Mapping[JobState, str] = {
    JobState.SUCCEEDED: "render.succeeded",
    JobState.FAILED: "render.failed",
    JobState.CANCELLED: "render.canceled",
}


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
    """Handle AnnounceEnd: store the event of the job's end once, then order its delivery. A repeat changes nothing."""
    job = services.jobs.get(message.job_id)
    if not job.owes_event or job.webhook is None:
        return
    ended_at = job.entered_at[job.state]
    delivery = store_event(
        services,
        event=_EVENTS[job.state],
        key=f"{job.id}/{ended_at.isoformat()}",
        owner=job.owner,
        subject=job.id,
        webhook=job.webhook,
        data=_describe_end(job, job.webhook.base_url),
    )

    def record(current: Job) -> Outcome:
        return current.record_announcement(ended_at, services.clock.now())

    # the job is settled before the message is sent; if this process is killed here, the sweep finds the due delivery
    services.move(job.id, record)
    services.send([DeliverWebhook(delivery_id=delivery.id)])


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


def _describe_end(job: Job, base: str) -> dict[str, Any]:
    path = f"{base}/render/{quote(job.id)}"
    has_video = job.result is not None
    error = job.error.to_api() if job.error else None
    return {
        "job_id": job.id,
        "state": name_state(job),
        "title": job.current_plan.title,
        "status_url": f"{path}/status",
        "final_video_url": f"{path}/file?kind=video" if has_video else None,
        "thumbnail_url": f"{path}/file?kind=thumbnail" if has_video else None,
        "duration_sec": job.result.duration_sec if job.result else None,
        "error": error,
        "metadata": dict(job.requested_plan.metadata),
    }
