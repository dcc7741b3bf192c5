"""The Pub/Sub function ``finish``: progress and results of the renderer."""

import functions_framework
from cloudevents.http.event import CloudEvent

from functions import envelope


@functions_framework.cloud_event
def finish(event: CloudEvent) -> None:
    envelope.receive(event)
