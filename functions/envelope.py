"""Pub/Sub's envelope, in and out: a CloudEvent becomes a command of ours, a command becomes a CloudEvent."""

import base64
from datetime import UTC, datetime
from typing import Any

from cloudevents.http.event import CloudEvent

from sutradhar import bootstrap
from sutradhar.domain.messages import Message, decode
from sutradhar.pipeline.handle import handle
from sutradhar.telemetry import bound


def command(event: CloudEvent) -> Message:
    """The message inside ``event``. Raises pydantic.ValidationError when it is none of ours."""
    data: Any = event.get_data()
    return decode(base64.b64decode(data["message"]["data"]))


def to_event(message: Message, topic: str, number: int | str) -> CloudEvent:
    """``message`` as Eventarc hands it to a function (binary mode body of a Pub/Sub push)."""
    now = datetime.now(UTC).isoformat()
    encoded = base64.b64encode(message.model_dump_json().encode()).decode()
    body = {"data": encoded, "attributes": {"job_id": message.job_id}, "messageId": str(number), "publishTime": now}
    attributes = {
        "id": str(number), "source": f"//pubsub.googleapis.com/projects/local/topics/{topic}", "time": now,
        "type": "google.cloud.pubsub.topic.v1.messagePublished",
    }  # fmt: skip
    return CloudEvent(attributes, {"message": body, "subscription": f"local-{topic}"})


def receive(event: CloudEvent) -> None:
    """Do what the event's message asks for. What is raised becomes a 500, and Pub/Sub delivers again with backoff."""
    message = command(event)
    with bound(job_id=message.job_id, message_type=message.type):
        handle(bootstrap.services(), message)
