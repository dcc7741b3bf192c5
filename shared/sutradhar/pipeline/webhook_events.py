"""Store the events of a job, its end and its wait for an approval, for the receiver that the job's caller chose."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.core.utc_time import format_utc
from sutradhar.domain.core.webhook_target import explain_refusal
from sutradhar.domain.core.webhook_url import check_webhook_url
from sutradhar.domain.jobs.file_links import make_file_links
from sutradhar.domain.jobs.job import Job, JobState, StateEvent
from sutradhar.domain.jobs.job_status import name_state
from sutradhar.domain.jobs.messages import AnnounceEvents, DeliverWebhook
from sutradhar.domain.jobs.webhook import Delivery, Webhook, format_event
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.webhook_delivery import DELIVERIES

_TYPES: Mapping[JobState, str] = {
    JobState.AWAITING_APPROVAL: "render.awaiting_approval",
    JobState.SUCCEEDED: "render.succeeded",
    JobState.FAILED: "render.failed",
    JobState.CANCELLED: "render.canceled",
}
"""The type of the event of each state in which a job rests."""


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
    """Choose another receiver for the job's events, or none, and return the job.

    Raises:
        NotFound: there is no such job.
        InvalidRequest: no webhook may be sent to ``url``.
    """
    webhook = None if url is None else make_webhook(services, url, base_url)
    return services.move(job_id, lambda job: job.set_webhook(webhook, services.clock.now()))


def announce_events(services: Services, message: AnnounceEvents) -> None:
    """Handle AnnounceEvents: store each event of the job once, then order its delivery. A repeat changes nothing."""
    job = services.jobs.get(message.job_id)
    webhook, events = job.webhook, job.unannounced
    if webhook is None or not events:
        return
    deliveries = [_store(services, job, webhook, event) for event in events]
    # the job is settled before the messages are sent; if this process is killed here, the sweep finds what is due
    services.move(job.id, lambda current: current.record_announcement(events, services.clock.now()))
    services.send([DeliverWebhook(delivery_id=delivery.id) for delivery in deliveries])


def store_event(
    services: Services,
    *,
    event: str,
    at: datetime,
    key: str,
    owner: str,
    subject: str,
    webhook: Webhook,
    data: Mapping[str, Any],
) -> Delivery:
    """Store an event for its receiver, once for each ``key``, and return its delivery. The caller of this function then
    sends DeliverWebhook."""
    now = services.clock.now()
    digest = hashlib.sha256(f"{event}/{key}".encode()).hexdigest()
    body = json.dumps(format_event(event, at, data), ensure_ascii=False)
    stored, _ = services.documents.create(
        DELIVERIES,
        Delivery.new(
            f"msg_{digest[:24]}", owner=owner, subject=subject, event=event, url=webhook.url, body=body, now=now
        ),
    )
    return stored


def _store(services: Services, job: Job, webhook: Webhook, event: StateEvent) -> Delivery:
    return store_event(
        services,
        event=_TYPES[event.state],
        at=event.at,
        key=f"{job.id}/{event.version}/{event.at.isoformat()}",
        owner=job.owner,
        subject=job.id,
        webhook=webhook,
        data=_describe(job, webhook.base_url, event),
    )


def _describe(job: Job, base: str, event: StateEvent) -> dict[str, Any]:
    path, result = f"{base}/render/{quote(job.id)}", job.result if event.state is JobState.SUCCEEDED else None
    links = make_file_links(job.evolve(result=result), f"{path}/file")
    data = {
        "job_id": job.id,
        "state": name_state(event),
        "title": job.current_plan.title,
        "language": job.current_plan.spoken_language,
        "version_of": job.version_of or None,
        "status_url": f"{path}/status",
        "final_video_url": links.final_video_url,
        "thumbnail_url": links.thumbnail_url,
        "duration_sec": result.duration_sec if result else None,
        "error": event.error.to_api() if event.error else None,
        "metadata": dict(job.requested_plan.metadata),
    }
    if event.state is not JobState.AWAITING_APPROVAL:
        return data
    return {**data, "plan_url": f"{path}/plan", "waits_until": event.waits_until and format_utc(event.waits_until)}
