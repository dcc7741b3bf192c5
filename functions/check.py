"""Run the Pub/Sub function ``check``, which checks a file that a user sent."""

import functions_framework
from cloudevents.http.event import CloudEvent

from functions import envelope


@functions_framework.cloud_event
def check(event: CloudEvent) -> None:
    envelope.receive(event)
