"""The Pub/Sub function ``plan``: the scenes are written, and what they need is listed."""

import functions_framework
from cloudevents.http.event import CloudEvent

from functions import envelope


@functions_framework.cloud_event
def plan(event: CloudEvent) -> None:
    envelope.receive(event)
