"""The Pub/Sub function ``dead_letter``: what was delivered too often fails its job, with the cause."""

import functions_framework
from cloudevents.http.event import CloudEvent

from functions import envelope


@functions_framework.cloud_event
def dead_letter(event: CloudEvent) -> None:
    envelope.receive_dead(event)
