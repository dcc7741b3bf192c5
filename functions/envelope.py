"""Pub/Sub's envelope, in and out: a CloudEvent becomes a command of ours, a command becomes a CloudEvent."""

import base64
from datetime import UTC, datetime
from typing import Any

from cloudevents.http.event import CloudEvent
from pydantic import ValidationError

from sutradhar import bootstrap
from sutradhar.domain.jobs.messages import Message, decode_message, message_subject
from sutradhar.pipeline.handle import handle, handle_dead_letter
from sutradhar.telemetry import bind_fields, log, trace_attributes

_SHOWN = 2000
"""Characters of a message that nobody understands, in the log."""


def command(event: CloudEvent) -> Message:
    """The message inside ``event``. Raises pydantic.ValidationError when it is none of ours."""
    data: Any = event.get_data()
    return decode_message(base64.b64decode(data["message"]["data"]))


def to_event(message: Message, topic: str, number: int | str) -> CloudEvent:
    """``message`` as Eventarc hands it to a function (binary mode body of a Pub/Sub push)."""
    now = datetime.now(UTC).isoformat()
    encoded = base64.b64encode(message.to_record().encode()).decode()
    sent = {**message_subject(message), "type": message.type, **trace_attributes()}
    body = {"data": encoded, "attributes": sent, "messageId": str(number), "publishTime": now}
    attributes = {
        "id": str(number),
        "source": f"//pubsub.googleapis.com/projects/local/topics/{topic}",
        "time": now,
        "type": "google.cloud.pubsub.topic.v1.messagePublished",
    }
    return CloudEvent(attributes, {"message": body, "subscription": f"local-{topic}"})


def receive(event: CloudEvent) -> None:
    """Do what the event's message asks for. What is raised becomes a 500, and Pub/Sub delivers again with backoff."""
    message = command(event)
    with bind_fields(**message_subject(message), message_type=message.type, **_trace(event)):
        handle(bootstrap.services(), message)


def receive_dead(event: CloudEvent) -> None:
    """Serve a dead letter: its job fails with the last cause; what is no message of ours ends in the log."""
    try:
        message = command(event)
    except (ValidationError, ValueError, TypeError, KeyError) as exc:
        log("poison_message", level="error", exc=exc, event_data=str(event.get_data())[:_SHOWN])
        return
    with bind_fields(**message_subject(message), message_type=message.type, **_trace(event)):
        log("dead_letter", level="error")
        handle_dead_letter(bootstrap.services(), message)


def _trace(event: CloudEvent) -> dict[str, object]:
    data: Any = event.get_data()
    attributes = data["message"].get("attributes") or {}
    return {"trace": attributes["trace"]} if "trace" in attributes else {}
