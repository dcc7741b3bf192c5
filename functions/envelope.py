"""Convert between our messages and the CloudEvents that Pub/Sub's push delivers, and handle such events."""

import base64
from datetime import UTC, datetime
from typing import Any

from cloudevents.http.event import CloudEvent
from pydantic import ValidationError

from sutradhar import bootstrap
from sutradhar.domain.jobs.messages import Message, decode_message, message_subject
from sutradhar.pipeline.handle import handle, handle_dead_letter
from sutradhar.telemetry import bind_fields, log, read_carried_fields, select_carried

_LOGGED_CHARS = 2000
"""The most characters of an unreadable message in the log."""


def decode_event(event: CloudEvent) -> Message:
    """Return the message inside ``event``. Raise pydantic.ValidationError if it is none of ours."""
    data: Any = event.get_data()
    return decode_message(base64.b64decode(data["message"]["data"]))


def to_event(message: Message, topic: str, number: int | str) -> CloudEvent:
    """Return ``message`` as Eventarc hands it to a function (binary mode body of a Pub/Sub push)."""
    now = datetime.now(UTC).isoformat()
    encoded = base64.b64encode(message.to_record().encode()).decode()
    sent = {**message_subject(message), "type": message.type, **read_carried_fields()}
    body = {"data": encoded, "attributes": sent, "messageId": str(number), "publishTime": now}
    attributes = {
        "id": str(number),
        "source": f"//pubsub.googleapis.com/projects/local/topics/{topic}",
        "time": now,
        "type": "google.cloud.pubsub.topic.v1.messagePublished",
    }
    return CloudEvent(attributes, {"message": body, "subscription": f"local-{topic}"})


def handle_event(event: CloudEvent) -> None:
    """Handle the event's message. An error becomes a 500, and Pub/Sub delivers the message again with backoff."""
    message = decode_event(event)
    with bind_fields(**_describe(message, event)):
        handle(bootstrap.services(), message)


def handle_dead_event(event: CloudEvent) -> None:
    """Handle a dead letter: fail its job with the last cause. A message that is none of ours is only logged."""
    try:
        message = decode_event(event)
    except (ValidationError, ValueError, TypeError, KeyError) as exc:
        log("poison_message", level="error", exc=exc, event_data=str(event.get_data())[:_LOGGED_CHARS])
        return
    with bind_fields(**_describe(message, event)):
        log("dead_letter", level="error")
        handle_dead_letter(bootstrap.services(), message)


def _describe(message: Message, event: CloudEvent) -> dict[str, object]:
    """Return the fields of every line about ``message``."""
    data: Any = event.get_data()
    carried = select_carried(data["message"].get("attributes") or {})
    return {**message_subject(message), "component": message.topic, "message_type": message.type, **carried}
