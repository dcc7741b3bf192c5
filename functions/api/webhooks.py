"""Choose the receiver of a job's events, list webhook deliveries, send one again, and read or rotate the secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from functions.api.auth import caller, require_access
from functions.api.endpoint import endpoint
from functions.api.links import find_base_url
from sutradhar import bootstrap
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.utc_time import UtcTime
from sutradhar.domain.jobs.webhook import Delivery, DeliveryState

if TYPE_CHECKING:
    from sutradhar.domain.jobs.webhook import SigningSecret


class WebhookChoice(Frozen):
    webhook_url: str | None = Field(max_length=2000)
    """An https URL on the public internet; null: no webhook."""


class JobWebhook(Frozen):
    job_id: str
    webhook_url: str | None


class DeliveryItem(Frozen):
    id: str
    """The ``webhook-id`` of the request to the receiver."""
    type: str
    subject: str
    """The id of the job."""
    url: str
    state: DeliveryState
    attempts: int
    next_attempt_at: UtcTime | None
    last_attempt_at: UtcTime | None
    last_status: int | None
    """The HTTP status of the receiver's last answer; null: there was none."""
    last_problem: str | None
    last_reply: str | None
    """The beginning of the receiver's last answer."""
    created_at: UtcTime
    delivered_at: UtcTime | None


class DeliveryQuery(Frozen):
    state: DeliveryState | None = None
    limit: int = Field(default=20, ge=1, le=100)
    after: str | None = Field(default=None, max_length=500)
    """The value of `next` of the page before."""


class DeliveryList(Frozen):
    deliveries: tuple[DeliveryItem, ...]
    has_more: bool
    next: str | None
    """Give it as ``after`` to get the next page; null: this page is the last one."""


class SecretAnswer(Frozen):
    secret: str
    """Verify with it, by a library of standardwebhooks.com, that a webhook comes from here."""
    previous_valid_until: UtcTime | None
    """Until then webhooks are signed by the secret before the last rotation as well."""


@endpoint(answers={200: JobWebhook})
def change_webhook(job_id: str, body: WebhookChoice) -> JobWebhook:
    """Choose another receiver for the events of the job, or none.

    If the job has ended, or waits for approval, and sent no event about that yet, the event is sent now.
    """
    from sutradhar.pipeline.webhook_events import set_webhook

    require_access(bootstrap.backend().jobs.get(job_id))
    job = set_webhook(bootstrap.services(), job_id, body.webhook_url, find_base_url())
    return JobWebhook(job_id=job.id, webhook_url=job.webhook and job.webhook.url)


@endpoint(answers={200: DeliveryList})
def show_deliveries(query: DeliveryQuery) -> DeliveryList:
    """List the webhooks of your jobs, the newest first; an admin sees all. They are kept for 30 days."""
    from sutradhar.pipeline.webhook_delivery import list_deliveries

    page = list_deliveries(bootstrap.services(), caller(), query.state, query.limit, query.after)
    deliveries = tuple(map(_describe_delivery, page.records))
    return DeliveryList(deliveries=deliveries, has_more=page.after is not None, next=page.after)


@endpoint(answers={202: DeliveryItem})
def retry_webhook(delivery_id: str) -> tuple[DeliveryItem, int, dict[str, str]]:
    """Send a webhook again now, and if it fails for another day; also one that was delivered or parked."""
    from sutradhar.pipeline.webhook_delivery import retry_delivery

    return _describe_delivery(retry_delivery(bootstrap.services(), delivery_id, caller())), 202, {}


@endpoint(answers={200: SecretAnswer})
def show_secret() -> SecretAnswer:
    """Get the secret by which the webhooks of your jobs are signed."""
    from sutradhar.pipeline.webhook_secrets import get_secret

    who = caller()
    return _describe_secret(get_secret(bootstrap.services(), who.id if who else ""))


@endpoint(answers={200: SecretAnswer})
def rotate_secret() -> SecretAnswer:
    """Replace the secret. For 24 hours each webhook has two signatures, by the new secret and by the old one."""
    from sutradhar.pipeline import webhook_secrets

    return _describe_secret(webhook_secrets.rotate_secret(bootstrap.services(), caller()))


def _describe_delivery(delivery: Delivery) -> DeliveryItem:
    return DeliveryItem(
        id=delivery.id,
        type=delivery.type,
        subject=delivery.subject,
        url=delivery.url,
        state=delivery.state,
        attempts=delivery.attempts,
        next_attempt_at=delivery.due_at,
        last_attempt_at=delivery.last_attempt_at,
        last_status=delivery.last_status,
        last_problem=delivery.last_problem or None,
        last_reply=delivery.last_reply or None,
        created_at=delivery.created_at,
        delivered_at=delivery.delivered_at,
    )


def _describe_secret(secret: SigningSecret) -> SecretAnswer:
    is_rotated = len(secret.list_valid(bootstrap.backend().clock.now())) > 1
    return SecretAnswer(secret=secret.secret, previous_valid_until=secret.previous_until if is_rotated else None)
