"""Send stored events to their receivers, and let owners list them and send them again."""

from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.errors import NotFound
from sutradhar.domain.jobs.messages import DeliverWebhook
from sutradhar.domain.jobs.webhook import KEEP, Delivery, DeliveryState, NotDue
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.webhook_secrets import SECRETS, get_secret, name_secret
from sutradhar.ports.documents import DocumentPage, Facts, Kind
from sutradhar.ports.webhooks import Reply
from sutradhar.telemetry import log


def _describe(delivery: Delivery) -> Facts:
    return Facts(
        id=delivery.id,
        owner=delivery.owner,
        created_at=delivery.created_at,
        state=delivery.state,
        due_at=delivery.due_at,
        expire_at=delivery.created_at + KEEP,
    )


DELIVERIES = Kind("webhook_delivery", Delivery, _describe)
_SWEEP_LIMIT = 200


def deliver_webhook(services: Services, message: DeliverWebhook) -> None:
    """Handle DeliverWebhook: make one attempt if the delivery is due. A repeat finds it claimed and does nothing."""
    try:
        claimed = services.documents.update(
            DELIVERIES, message.delivery_id, lambda stored: stored.claim(services.clock.now())
        )
    except (NotDue, NotFound):
        return
    now = services.clock.now()
    secrets = get_secret(services, claimed.owner).list_valid(now)
    reply = services.providers.webhooks.send(claimed.id, claimed.url, claimed.body, secrets, now)

    def record(stored: Delivery) -> Delivery:
        now = services.clock.now()
        if reply.is_success:
            return stored.succeed(reply.status or 200, reply.text, now)
        return stored.fail(claimed.attempts, reply.status, _describe_problem(reply), reply.text, now)

    after = services.documents.update(DELIVERIES, claimed.id, record)
    log(
        "webhook_attempted",
        level="info" if reply.is_success else "warning",
        delivery_id=after.id,
        subject=after.subject,
        state=after.state,
        attempts=after.attempts,
        status=reply.status,
        problem=after.last_problem,
    )


def send_due_deliveries(services: Services) -> int:
    """Order the deliveries that are due; return their number."""
    due = services.documents.list_due(DELIVERIES, services.clock.now(), _SWEEP_LIMIT)
    services.send([DeliverWebhook(delivery_id=delivery.id) for delivery in due])
    return len(due)


def list_deliveries(
    services: Services, caller: ApiKey | None, state: DeliveryState | None, limit: int, after: str | None
) -> DocumentPage[Delivery]:
    """Return the newest deliveries of the caller first; an admin, and a caller without a key, sees all.

    Raises:
        InvalidRequest: ``after`` is no cursor.
    """
    owner = None if caller is None or caller.role == "admin" else caller.id
    return services.documents.list(DELIVERIES, owner=owner, state=state, limit=limit, after=after)


def retry_delivery(services: Services, delivery_id: str, caller: ApiKey | None) -> Delivery:
    """Send a delivery again, now and for another day, and return it. Raise NotFound if the caller has no such one."""
    stored = services.documents.get(DELIVERIES, delivery_id)
    if caller and not caller.may_see(stored.owner):
        raise NotFound(f"there is no webhook delivery {delivery_id}")
    delivery = services.documents.update(DELIVERIES, delivery_id, lambda one: one.retry(services.clock.now()))
    services.send([DeliverWebhook(delivery_id=delivery_id)])
    return delivery


def delete_webhooks(services: Services, owner: str) -> int:
    """Delete all deliveries of ``owner`` and the secret that signed them; return the number of deliveries."""
    count = 0
    while deliveries := services.documents.list(DELIVERIES, owner=owner, limit=100).records:
        count += sum(services.documents.delete(DELIVERIES, delivery.id) for delivery in deliveries)
    services.documents.delete(SECRETS, name_secret(owner))
    return count


def _describe_problem(reply: Reply) -> str:
    return reply.problem or f"the receiver answered {reply.status}"
